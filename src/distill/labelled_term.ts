/**
 * Labels as a term of a loss.
 *
 * @module
 */

import { number } from "../base/option_values.ts";
import type { Option } from "../base/options.ts";
import { labelledLoss } from "./labelled_loss.ts";
import type { Seen } from "./seen.ts";
import type { Terms } from "./terms.ts";

/** The declaration of the weight of labels. */
export const LABELLED: Option<number> = number({
  default: 1,
  min: 0,
  help: "weight of the cross-entropy on labelled images, where there are any",
});

/** Adds the term `labelled`, the cross-entropy on labelled images, where there are any. */
export function addLabelled(seen: Seen, terms: Terms, weight: number): void {
  if (seen.labelledCount === 0) return;
  terms.add(
    "labelled",
    weight,
    () => labelledLoss(seen.ofLabelled(seen.student.logits), seen.labels),
  );
}
