/**
 * A recipe over several seeds.
 *
 * @module
 */

import type { Run } from "./result.ts";

/** One run of a recipe. */
export type ComparedSeed = Pick<Run, "folder" | "result" | "metrics"> & { readonly seed: number };

/** One recipe over all seeds. */
export interface Compared {
  /** The recipe's name. */
  readonly name: string;
  /** What tables call its student. */
  readonly title: string;
  /** The runs in the order of the seeds. */
  readonly runs: readonly ComparedSeed[];
  /** The accuracy on the test images, the mean over the runs. */
  readonly mean: number;
  /** The standard deviation of the sample; 0 for one run. */
  readonly deviation: number;
}
