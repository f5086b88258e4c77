/**
 * Parts whose branches become one layer: structural re-parameterization.
 *
 * @module
 */

import type * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** A part that computes the same with fewer layers in evaluation mode. */
export interface Foldable extends nn.Module {
  /**
   * The state dict of this part in folded form, by names that begin at the part. Tensors belong to the scope around, or are
   * the part's own.
   */
  foldedState(): Record<string, Tensor>;
}

/** Whether a module is a part that can be folded. */
export function isFoldable(module: nn.Module): module is Foldable {
  return typeof (module as { foldedState?: unknown }).foldedState === "function";
}
