/**
 * The residual networks for CIFAR, by name.
 *
 * @module
 */

import { WIDTHS } from "./cifar_resnet_widths.ts";
import { CifarResNet } from "./cifar_resnet.ts";
import type { ModelEntry } from "./entry.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { UNTAGGED } from "./untagged.ts";

function entryOf(name: string, depth: number): ModelEntry {
  return {
    ...UNTAGGED,
    ...CIFAR10_IMAGES,
    license: null,
    stageDims: WIDTHS,
    stageReductions: [1, 2, 4],
    name,
    source: "torchvision's names, as published weights for CIFAR have them",
    paper: "He et al., Deep residual learning for image recognition, 2016, section 4.2",
    featureDim: WIDTHS[2],
    build: (options) => new CifarResNet({ ...options, depth }),
  };
}

/** The residual networks for CIFAR. */
export const cifarResnet: readonly ModelEntry[] = [
  entryOf("resnet20", 3),
  entryOf("resnet56", 9),
];
