/**
 * The Swin transformers, by the names of two publishers.
 *
 * @module
 */

import type { Names } from "./parts/swin_blocks.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import type { ModelEntry } from "./entry.ts";
import { Swin, type SwinOptions } from "./swin.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";

const paper =
  "Liu, Lin, Cao, Hu, Wei, Zhang, Lin, Guo: Swin Transformer: Hierarchical Vision Transformer using Shifted " +
  "Windows, ICCV 2021";
type Shape = Required<Pick<SwinOptions, "dim" | "depths" | "heads">>;
/** Table 7 of the paper's appendix. */
const shapes: Readonly<Record<string, Shape>> = {
  tiny: { dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] },
  small: { dim: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] },
  base: { dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] },
  large: { dim: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] },
};

function imagenet(
  name: string,
  shape: Shape,
  facts: { names: Names; cropFraction: number; dropPath: number },
): ModelEntry {
  const { names, cropFraction, dropPath: published } = facts;
  return {
    ...UNTAGGED,
    license: names === "timm" ? "mit" : "bsd-3-clause",
    stageDims: [1, 2, 4, 8].map((factor) => factor * shape.dim),
    stageReductions: FOUR_REDUCTIONS,
    name,
    source: names,
    paper,
    inputSize: 224,
    cropFraction,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bicubic",
    featureDim: 8 * shape.dim,
    numClasses: 1000,
    build: ({ dropPath = published, ...options }) =>
      new Swin({ ...options, ...shape, names, dropPath }),
  };
}

/** torchvision's, whose published weights resize images to `resizeSize` pixels first. */
function torchvision(name: string, shape: Shape, resizeSize: number, dropPath: number) {
  return imagenet(name, shape, { names: "torchvision", cropFraction: 224 / resizeSize, dropPath });
}

/** timm's, whose weights are Microsoft's own. */
function timm(size: string): ModelEntry {
  const facts = { names: "timm", cropFraction: 0.9, dropPath: 0.1 } as const;
  return imagenet(`swin_${size}_patch4_window7_224`, shapes[size], facts);
}

/** The registry's Swins. */
export const swin: readonly ModelEntry[] = [
  torchvision("swin_t", shapes.tiny, 232, 0.2),
  torchvision("swin_s", shapes.small, 246, 0.3),
  torchvision("swin_b", shapes.base, 238, 0.5),
  ...Object.keys(shapes).map(timm),
  {
    ...UNTAGGED,
    license: null,
    stageDims: [96, 192, 384],
    stageReductions: [2, 4, 8],
    name: "swin_tiny_32",
    source: "torchvision's names, without published weights",
    paper:
      `${paper}; for small images as in Lee, Lee, Song: Vision Transformer for Small-Size Datasets, 2021`,
    ...CIFAR10_IMAGES,
    featureDim: 384,
    build: ({ dropPath = 0.1, ...options }) =>
      new Swin({
        ...options,
        dim: 96,
        depths: [2, 6, 4],
        heads: [3, 6, 12],
        window: 4,
        patchSize: 2,
        mlpRatio: 2,
        dropPath,
      }),
  },
];
