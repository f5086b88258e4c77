/**
 * Branches on the maps of convolutional networks.
 *
 * @module
 */

import { initConvolutions } from "../../models/parts/conv_init.ts";
import { initTruncNormal } from "../../models/parts/trunc_normal_init.ts";
import { ReLU } from "../../nn/layers/rectifiers.ts";
import { Sequential } from "../../nn/layers/containers.ts";
import { Conv2d } from "../../nn/layers/conv.ts";
import { Linear } from "../../nn/layers/linear.ts";
import { BatchNorm2d } from "../../nn/layers/batch_norm.ts";
import { AdaptiveAvgPool2d } from "../../nn/layers/adaptive_avg_pool.ts";
import { Flatten } from "../../nn/layers/shaping.ts";
import type { Module } from "../../nn/module.ts";

/** What a branch on maps is built for. */
export interface ConvBranchOptions {
  /** The number of channels of the maps. */
  readonly dim: number;
  /** How often they are halved: for the last stage's not at all. */
  readonly halvings: number;
  /** The number of channels before pooling. */
  readonly width: number;
  /** The number of classes. */
  readonly numClasses: number;
}

/**
 * A branch from the maps (B, dim, H, W) of a stage to logits (B, numClasses), as OFA has it for convolutional students
 * (Hao et al. 2023, arXiv 2310.19444): blocks that each halve the map and double its channels, the last one giving `width`
 * of them, or a convolution of 1x1 where nothing is halved; mean; linear layer.
 */
export function convBranch({ dim, halvings, width, numClasses }: ConvBranchOptions): Sequential {
  const layers = Array.from({ length: halvings }, (_, i) => {
    const channels = dim * 2 ** i;
    return separableBlock(channels, i === halvings - 1 ? width : 2 * channels);
  });
  const branch = new Sequential(
    ...(halvings === 0 ? [new Conv2d(dim, width, 1)] : layers),
    new AdaptiveAvgPool2d(1),
    new Flatten(),
    new Linear(width, numClasses),
  );
  initConvolutions(branch);
  initTruncNormal(branch, [Linear]);
  return branch;
}

/** Two separable convolutions of 3x3, each with batch norm and ReLU: the first halves the map, the second widens it. */
function separableBlock(channels: number, outChannels: number): Sequential {
  return new Sequential(
    ...separable(channels, channels, 2),
    ...separable(channels, outChannels, 1),
  );
}

function separable(channels: number, outChannels: number, stride: number): Module[] {
  return [
    new Conv2d(channels, channels, 3, { stride, padding: 1, groups: channels, bias: false }),
    new Conv2d(channels, outChannels, 1, { bias: false }),
    new BatchNorm2d(outChannels),
    new ReLU(),
  ];
}
