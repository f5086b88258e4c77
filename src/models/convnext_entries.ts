/**
 * The ConvNeXts, by name.
 *
 * @module
 */

import { ConvNeXt, type ConvNeXtOptions } from "./convnext.ts";
import type { ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";

const paper = "Liu, Mao, Wu, Feichtenhofer, Darrell, Xie: A ConvNet for the 2020s, CVPR 2022";
type Shape = Required<Pick<ConvNeXtOptions, "depths" | "dims">>;
/** torchvision's, whose published weights resize images to `resizeSize` pixels first. */
function imagenet(
  name: string,
  { depths, dims }: Shape,
  { resizeSize, dropPath: published }: { resizeSize: number; dropPath: number },
): ModelEntry {
  return {
    ...UNTAGGED,
    license: "bsd-3-clause",
    stageDims: dims,
    stageReductions: FOUR_REDUCTIONS,
    name,
    source: "torchvision",
    paper,
    inputSize: 224,
    cropFraction: 224 / resizeSize,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bilinear",
    featureDim: dims.at(-1)!,
    numClasses: 1000,
    build: ({ dropPath = published, ...options }) =>
      new ConvNeXt({ ...options, depths, dims, dropPath }),
  };
}

/** The shape of one of timm's smallest, with patches of 2 pixels: maps of 16, 8, 4 and 2 for images of 32. */
function small(timm: string, dims: readonly number[]): ModelEntry {
  return {
    ...UNTAGGED,
    license: null,
    stageDims: dims,
    stageReductions: [2, 4, 8, 16],
    name: `${timm}_32`,
    source: "torchvision's names, without published weights",
    paper: `${paper}; widths and depths of timm's ${timm} (Wightman 2022)`,
    ...CIFAR10_IMAGES,
    featureDim: dims.at(-1)!,
    build: (options) => new ConvNeXt({ ...options, depths: [2, 2, 6, 2], dims, patchSize: 2 }),
  };
}

const tiny: Shape = { depths: [3, 3, 9, 3], dims: [96, 192, 384, 768] };
const deep = (...dims: number[]): Shape => ({ depths: [3, 3, 27, 3], dims });

/** The registry's ConvNeXts. */
export const convnext: readonly ModelEntry[] = [
  imagenet("convnext_tiny", tiny, { resizeSize: 236, dropPath: 0.1 }),
  imagenet("convnext_small", deep(96, 192, 384, 768), { resizeSize: 230, dropPath: 0.4 }),
  imagenet("convnext_base", deep(128, 256, 512, 1024), { resizeSize: 232, dropPath: 0.5 }),
  imagenet("convnext_large", deep(192, 384, 768, 1536), { resizeSize: 232, dropPath: 0.5 }),
  small("convnext_atto", [40, 80, 160, 320]),
  small("convnext_femto", [48, 96, 192, 384]),
];
