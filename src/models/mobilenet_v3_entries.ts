/**
 * The MobileNetV3s, by name.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { type BottleneckRow, MobileNetV3, type MobileNetV3Options } from "./mobilenet_v3.ts";

const LARGE: readonly BottleneckRow[] = [
  [3, 16, 16, false, "relu", 1],
  [3, 64, 24, false, "relu", 2],
  [3, 72, 24, false, "relu", 1],
  [5, 72, 40, true, "relu", 2],
  [5, 120, 40, true, "relu", 1],
  [5, 120, 40, true, "relu", 1],
  [3, 240, 80, false, "hardswish", 2],
  [3, 200, 80, false, "hardswish", 1],
  [3, 184, 80, false, "hardswish", 1],
  [3, 184, 80, false, "hardswish", 1],
  [3, 480, 112, true, "hardswish", 1],
  [3, 672, 112, true, "hardswish", 1],
  [5, 672, 160, true, "hardswish", 2],
  [5, 960, 160, true, "hardswish", 1],
  [5, 960, 160, true, "hardswish", 1],
];

const SMALL: readonly BottleneckRow[] = [
  [3, 16, 16, true, "relu", 2],
  [3, 72, 24, false, "relu", 2],
  [3, 88, 24, false, "relu", 1],
  [5, 96, 40, true, "hardswish", 2],
  [5, 240, 40, true, "hardswish", 1],
  [5, 240, 40, true, "hardswish", 1],
  [5, 120, 48, true, "hardswish", 1],
  [5, 144, 48, true, "hardswish", 1],
  [5, 288, 96, true, "hardswish", 2],
  [5, 576, 96, true, "hardswish", 1],
  [5, 576, 96, true, "hardswish", 1],
];

function entryOf(
  name: string,
  structure: Omit<MobileNetV3Options, keyof BuildOptions>,
): ModelEntry {
  return {
    ...UNTAGGED,
    license: "bsd-3-clause",
    stageDims: structure.stageEnds.map((end) => structure.rows[end - 1][2]),
    stageReductions: FOUR_REDUCTIONS,
    name,
    source: "torchvision",
    paper: "Howard et al., Searching for MobileNetV3, 2019",
    inputSize: 224,
    cropFraction: 224 / 256,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bilinear",
    featureDim: structure.featureDim,
    numClasses: 1000,
    build: (options) => new MobileNetV3({ ...structure, ...options }),
  };
}

/** MobileNetV3. Images as torchvision's weights IMAGENET1K_V1 expect them (V2 of large: resized to 232, not 256). */
export const mobilenetV3: readonly ModelEntry[] = [
  entryOf("mobilenet_v3_large", { rows: LARGE, stageEnds: [3, 6, 12, 15], featureDim: 1280 }),
  entryOf("mobilenet_v3_small", { rows: SMALL, stageEnds: [1, 3, 8, 11], featureDim: 1024 }),
];
