/**
 * The loss on labels.
 *
 * @module
 */

import { crossEntropy } from "../nn/functional/classification.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { upcast } from "./upcast.ts";

/**
 * Cross-entropy with known classes, `mean_b -log softmax(z)_y`: for labelled images only (arXiv
 * 2503.18244, stage 1, and L_L of stage 2). `nn.functional.crossEntropy`, but no label is passed over.
 */
export function labelledLoss(logits: Tensor, labels: Tensor): Tensor {
  return scope(() =>
    crossEntropy(upcast(logits), labels, { ignoreIndex: Number.MIN_SAFE_INTEGER })
  );
}
