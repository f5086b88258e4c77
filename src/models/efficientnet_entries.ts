/**
 * The EfficientNets, by name.
 *
 * @module
 */

import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";
import { EfficientNet } from "./efficientnet.ts";
import type { ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { makeDivisible } from "./parts/divisible.ts";

function entryOf(
  name: string,
  [widthFactor, depthFactor, dropout]: readonly [number, number, number],
  [inputSize, resized]: readonly [number, number],
): ModelEntry {
  return {
    ...UNTAGGED,
    license: "bsd-3-clause",
    stageDims: [24, 40, 112, 320].map((width) => makeDivisible(width * widthFactor)),
    stageReductions: FOUR_REDUCTIONS,
    name,
    source: "torchvision",
    paper:
      "Tan and Le, EfficientNet: Rethinking model scaling for convolutional neural networks, 2019",
    inputSize,
    cropFraction: inputSize / resized,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bicubic",
    featureDim: 4 * makeDivisible(320 * widthFactor),
    numClasses: 1000,
    build: (options) =>
      new EfficientNet({
        ...options,
        widthFactor,
        depthFactor,
        dropout: options.dropout ?? dropout,
      }),
  };
}

/** EfficientNet-B0 to B4. Images as torchvision's weights IMAGENET1K_V1 expect them (V2 of B1: bilinear, from 255). */
export const efficientnet: readonly ModelEntry[] = [
  entryOf("efficientnet_b0", [1.0, 1.0, 0.2], [224, 256]),
  entryOf("efficientnet_b1", [1.0, 1.1, 0.2], [240, 256]),
  entryOf("efficientnet_b2", [1.1, 1.2, 0.3], [288, 288]),
  entryOf("efficientnet_b3", [1.2, 1.4, 0.3], [300, 320]),
  entryOf("efficientnet_b4", [1.4, 1.8, 0.4], [380, 384]),
];
