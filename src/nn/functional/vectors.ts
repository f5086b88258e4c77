/**
 * Work on vectors that is neither a layer nor a loss.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkInteger, checkNumber } from "../options.ts";

/** Options of {@linkcode normalize}. */
export interface NormalizeOptions {
  /** The norm's exponent; 2 by default. */
  p?: number;
  /** The dimension of the vectors; 1 by default. */
  dim?: number;
  /** The least that is divided by; 1e-12 by default. */
  eps?: number;
}

/**
 * Vectors divided by their norm.
 *
 * @throws {ArgumentError} if `p` is NaN, or `dim` or `eps` cannot be used.
 */
export function normalize(input: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  // The norm of infinity is the largest absolute value.
  if (Math.abs(p) !== Infinity) checkNumber("normalize", "p", p);
  checkInteger("normalize", "dim", dim);
  checkNumber("normalize", "eps", eps);
  using norm = torch.linalgVectorNorm(input, p, [dim], true);
  using least = norm.clampMin(eps);
  return input.div(least);
}

/**
 * The cosine of the angle between vectors: a · b / (|a| |b|), along `dim`. Broadcasts.
 *
 * @throws {ArgumentError} if `dim` or `eps` cannot be used.
 */
export function cosineSimilarity(a: Tensor, b: Tensor, dim = 1, eps = 1e-8): Tensor {
  checkInteger("cosineSimilarity", "dim", dim);
  checkNumber("cosineSimilarity", "eps", eps);
  return torch.cosineSimilarity(a, b, dim, eps);
}
