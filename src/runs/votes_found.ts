/**
 * What a look at a shelf finds.
 *
 * @module
 */

import type { LabelledFindings, VoteFindings } from "../distill/vote_findings.ts";
import type { Teacher } from "../teachers/teacher.ts";

/** What `votes` found. */
export interface ShelfVotes {
  /** The recipe's name. */
  readonly name: string;
  /** How many of the images that the student would learn from were looked at. */
  readonly images: number;
  /** What the votes on these say; null where no teacher votes. */
  readonly votes: VoteFindings | null;
  /** What the labels of `data.validation` say about the votes on these; null without such, or where no teacher votes. */
  readonly labelled: LabelledFindings | null;
  /** All teachers, in the shelf's order. */
  readonly teachers: readonly Pick<Teacher, "name" | "kind">[];
  /** How much alike the features of each two teachers are (`evaluation.Cka`), row after row; NaN where that is not known. */
  readonly cka: readonly (readonly number[])[];
  /** Teachers that failed and were left out, and why, by name. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** What all of it says, in plain words. */
  readonly sentences: readonly string[];
  /** The folder with `votes.json` and `report.html`. */
  readonly folder: string;
}
