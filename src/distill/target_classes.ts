/**
 * Which class each image is taken to be of.
 *
 * @module
 */

import { cat } from "../torch/operators.gen.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { Seen } from "./seen.ts";
import type { LogitVote } from "./vote_logits.ts";

/** The labels of labelled images, then the pseudo classes of the others (ours): (B), int64. */
export function targetClasses(seen: Seen, { pseudoClass }: Pick<LogitVote, "pseudoClass">): Tensor {
  if (seen.labelledCount === 0) return pseudoClass;
  if (seen.labelledCount === seen.count) return seen.labels;
  return cat([seen.labels, seen.ofUnlabelled(pseudoClass)]);
}
