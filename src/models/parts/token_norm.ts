/**
 * The norms of tokens.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";

/** What norms are: `"layer"` with means, biases and all, or `"rms"` without means and biases. */
export type TokenNorm = "layer" | "rms";

/** What makes the norms of a network. */
export interface TokenNormOptions {
  /** What the norms are; `"layer"` by default. */
  readonly norm?: TokenNorm;
  /** What the norms add to the variance. */
  readonly eps: number;
}

/** A norm of tokens of width `dim`. Keys: `weight`, and `bias` where there is one. */
export function tokenNorm(
  dim: number,
  { norm = "layer", eps }: TokenNormOptions,
): nn.LayerNorm | nn.RMSNorm {
  return norm === "rms" ? new nn.RMSNorm(dim, { eps }) : new nn.LayerNorm(dim, { eps });
}
