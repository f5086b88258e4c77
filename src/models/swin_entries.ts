/**
 * The Swin transformers of both versions, by timm's names and by torchvision's.
 *
 * @module
 */

import { toTorchvision } from "./dialects/swin_torchvision.ts";
import type { ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { Swin } from "./swin.ts";
import type { SwinOptions } from "./swin_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";

const papers = {
  1: "Liu, Lin, Cao, Hu, Wei, Zhang, Lin, Guo: Swin Transformer: Hierarchical Vision Transformer using Shifted " +
    "Windows, ICCV 2021",
  2: "Liu, Hu, Lin, Yao, Xie, Wei, Ning, Cao, Zhang, Dong, Wei, Guo: Swin Transformer V2: Scaling Up Capacity and " +
    "Resolution, CVPR 2022",
  s3:
    "Chen, Wu, Ni, Peng, Liu, Fu, Ling: Searching the Search Space of Vision Transformer, NeurIPS 2021",
};

type Shape = Required<Pick<SwinOptions, "dim" | "depths" | "heads">>;
type Windows = Pick<SwinOptions, "window" | "trainedWindows">;

/** Table 7 of the first paper's appendix. */
const tiny: Shape = { dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] };
const small: Shape = { dim: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] };
const base: Shape = { dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] };
const large: Shape = { dim: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] };

/** timm's, whose weights are Microsoft's own. */
function timm(version: 1 | 2, shape: Shape, windows: Windows): Build {
  return ({ dropPath = 0.1, ...options }) =>
    new Swin({ ...options, ...shape, ...windows, version, dropPath });
}

/** torchvision's, whose published weights resize images to `resizeSize` pixels first. */
function torchvision(
  name: string,
  shape: Shape,
  facts: { version: 1 | 2; resizeSize: number; dropPath: number },
): ModelEntry {
  const { version, resizeSize, dropPath: published } = facts;
  const [inputSize, window] = version === 1 ? [224, 7] : [256, 8];
  return {
    ...UNTAGGED,
    license: "bsd-3-clause",
    stageDims: [1, 2, 4, 8].map((factor) => factor * shape.dim),
    stageReductions: FOUR_REDUCTIONS,
    name,
    source: "torchvision",
    paper: papers[version],
    inputSize,
    cropFraction: inputSize / resizeSize,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bicubic",
    featureDim: 8 * shape.dim,
    numClasses: 1000,
    // Windows are as large for small images, too.
    build: ({ dropPath = published, imageSize: _, ...options }) =>
      new Swin({ ...options, ...shape, window, version, padsFirst: true, dropPath }),
    published: toTorchvision(window),
  };
}

/** A small one of our own, for CIFAR's images. */
const forSmallImages: ModelEntry = {
  ...UNTAGGED,
  license: null,
  stageDims: [96, 192, 384],
  stageReductions: [2, 4, 8],
  name: "swin_tiny_32",
  source: "torchvision's names, without published weights",
  paper: `${
    papers[1]
  }; for small images as in Lee, Lee, Song: Vision Transformer for Small-Size Datasets, 2021`,
  ...CIFAR10_IMAGES,
  featureDim: 384,
  build: ({ dropPath = 0.1, imageSize: _, ...options }) =>
    new Swin({
      ...{ ...options, dropPath, dim: 96, depths: [2, 6, 4], heads: [3, 6, 12] },
      ...{ window: 4, patchSize: 2, mlpRatio: 2, padsFirst: true },
    }),
  published: toTorchvision(4),
};

/** The registry's Swins. */
export const swin: readonly ModelEntry[] = [
  torchvision("swin_t", tiny, { version: 1, resizeSize: 232, dropPath: 0.2 }),
  torchvision("swin_s", small, { version: 1, resizeSize: 246, dropPath: 0.3 }),
  torchvision("swin_b", base, { version: 1, resizeSize: 238, dropPath: 0.5 }),
  torchvision("swin_v2_t", tiny, { version: 2, resizeSize: 260, dropPath: 0.2 }),
  torchvision("swin_v2_s", small, { version: 2, resizeSize: 260, dropPath: 0.3 }),
  torchvision("swin_v2_b", base, { version: 2, resizeSize: 272, dropPath: 0.5 }),
  forSmallImages,
  ...timmEntries(papers[1], {
    swin_tiny_patch4_window7_224: timm(1, tiny, { window: 7 }),
    swin_small_patch4_window7_224: timm(1, small, { window: 7 }),
    swin_base_patch4_window7_224: timm(1, base, { window: 7 }),
    swin_base_patch4_window12_384: timm(1, base, { window: 12 }),
    swin_large_patch4_window7_224: timm(1, large, { window: 7 }),
    swin_large_patch4_window12_384: timm(1, large, { window: 12 }),
  }),
  ...timmEntries(papers.s3, {
    swin_s3_tiny_224: timm(1, tiny, { window: [7, 7, 14, 7] }),
    swin_s3_small_224: timm(1, small, { window: [14, 14, 14, 7] }),
    swin_s3_base_224: timm(1, { ...small, depths: [2, 2, 30, 2] }, { window: [7, 7, 14, 7] }),
  }),
  ...timmEntries(papers[2], {
    swinv2_tiny_window8_256: timm(2, tiny, { window: 8 }),
    swinv2_tiny_window16_256: timm(2, tiny, { window: 16 }),
    swinv2_small_window8_256: timm(2, small, { window: 8 }),
    swinv2_small_window16_256: timm(2, small, { window: 16 }),
    swinv2_base_window8_256: timm(2, base, { window: 8 }),
    swinv2_base_window12_192: timm(2, base, { window: 12 }),
    swinv2_base_window16_256: timm(2, base, { window: 16 }),
    swinv2_base_window12to16_192to256: timm(2, base, trained(16)),
    swinv2_base_window12to24_192to384: timm(2, base, trained(24)),
    swinv2_large_window12_192: timm(2, large, { window: 12 }),
    swinv2_large_window12to16_192to256: timm(2, large, trained(16)),
    swinv2_large_window12to24_192to384: timm(2, large, trained(24)),
  }),
];

/** Windows of weights that were first trained on images of 192 pixels, with windows of 12, of which the last map has 6. */
function trained(window: number): Windows {
  return { window, trainedWindows: [12, 12, 12, 6] };
}
