/**
 * Gradients of a sum as those of a mean.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** Divides the gradients of parameters, where there are any. */
export function divideGrads(params: readonly Tensor[], count: number): void {
  const grads = torch.gradsOf([...params]).filter((grad) => grad !== null);
  if (grads.length === 0) return;
  torch.noGrad(() => torch.foreachDiv_(grads, count));
}
