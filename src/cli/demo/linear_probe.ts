/**
 * What can be told from a teacher's features: a linear classifier on top of them.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as optim from "../../optim/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** How the classifier is trained. */
export interface ProbeOptions {
  /** Steps, each on all images. */
  steps: number;
  /** The learning rate. */
  lr: number;
  /** The weight of half the sum of squared weights in the loss. */
  weightDecay: number;
}

/**
 * Trains a linear classifier on frozen features.
 *
 * @param features (N, D), of mean 0 and standard deviation 1 or so.
 * @param labels (N), int64.
 */
export function linearProbe(
  features: Tensor,
  labels: Tensor,
  numClasses: number,
  { steps, lr, weightDecay }: ProbeOptions,
): nn.Linear {
  const probe = new nn.Linear(features.shape[1], numClasses);
  using optimizer = new optim.AdamW(probe.parameters(), { lr, weightDecay: 0 });
  for (let step = 0; step < steps; step++) {
    using _ = torch.scope();
    const loss = nn.functional.crossEntropy(probe.forward(features), labels);
    loss.add(probe.weight.square().sum().mul(weightDecay / 2)).backward();
    optimizer.step();
    optimizer.zeroGrad();
  }
  return probe;
}
