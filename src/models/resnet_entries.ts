/**
 * The residual networks, by name.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { BasicBlock, Bottleneck } from "./parts/residual_block.ts";
import { ResNet, type ResNetOptions } from "./resnet.ts";

function entryOf(
  name: string,
  structure: Omit<ResNetOptions, keyof BuildOptions>,
): ModelEntry {
  const wide = structure.widthPerGroup !== undefined;
  const dims = [64, 128, 256, 512].map((width) => width * structure.block.expansion);
  return {
    ...UNTAGGED,
    license: "bsd-3-clause",
    stageDims: dims,
    stageReductions: FOUR_REDUCTIONS,
    name,
    source: "torchvision (timm has the same names)",
    paper: wide
      ? "Zagoruyko and Komodakis, Wide residual networks, 2016"
      : "He et al., Deep residual learning for image recognition, 2016",
    inputSize: 224,
    cropFraction: 224 / 256,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bilinear",
    featureDim: 512 * structure.block.expansion,
    numClasses: 1000,
    build: (options) => new ResNet({ ...structure, ...options }),
  };
}

/** The residual networks. Images as torchvision's weights IMAGENET1K_V1 expect them (V2: resized to 232, not 256). */
export const resnet: readonly ModelEntry[] = [
  entryOf("resnet18", { block: BasicBlock, depths: [2, 2, 2, 2] }),
  entryOf("resnet34", { block: BasicBlock, depths: [3, 4, 6, 3] }),
  entryOf("resnet50", { block: Bottleneck, depths: [3, 4, 6, 3] }),
  entryOf("resnet101", { block: Bottleneck, depths: [3, 4, 23, 3] }),
  entryOf("resnet152", { block: Bottleneck, depths: [3, 8, 36, 3] }),
  entryOf("wide_resnet50_2", { block: Bottleneck, depths: [3, 4, 6, 3], widthPerGroup: 128 }),
];
