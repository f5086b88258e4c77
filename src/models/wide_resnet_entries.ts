/**
 * The wide residual networks, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { WideResNet } from "./wide_resnet.ts";

/** The wide residual networks. */
export const wideResnet: readonly ModelEntry[] = [
  {
    ...CIFAR10_IMAGES,
    name: "wrn_28_2",
    source: "the names of PyTorch's versions of the paper and of MixMatch",
    paper: "Zagoruyko and Komodakis, Wide residual networks, 2016",
    featureDim: 128,
    build: (options) => new WideResNet({ ...options, depth: 28, widen: 2 }),
  },
];
