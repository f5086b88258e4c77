/**
 * The wide residual networks, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { UNTAGGED } from "./untagged.ts";
import { WideResNet } from "./wide_resnet.ts";

/** The wide residual networks. */
export const wideResnet: readonly ModelEntry[] = [
  {
    ...UNTAGGED,
    ...CIFAR10_IMAGES,
    license: null,
    stageDims: [32, 64, 128],
    stageReductions: [1, 2, 4],
    name: "wrn_28_2",
    source: "the names of PyTorch's versions of the paper and of MixMatch",
    paper: "Zagoruyko and Komodakis, Wide residual networks, 2016",
    featureDim: 128,
    build: (options) => new WideResNet({ ...options, depth: 28, widen: 2 }),
  },
];
