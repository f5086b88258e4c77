/**
 * Logits at the classes that a teacher knows.
 *
 * @module
 */

import { constant } from "../torch/constants.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * The columns of known classes; all of them if the teacher knows all.
 *
 * @param logits (B, C).
 * @param known The numbers of the K classes, or null for all.
 * @returns (B, K).
 */
export function knownColumns(logits: Tensor, known: readonly number[] | null): Tensor {
  if (known === null) return logits;
  return logits.indexSelect(1, constant(known, { dtype: "int64", device: logits.device }));
}
