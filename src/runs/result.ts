/**
 * What a run comes to.
 *
 * @module
 */

import type { Evaluation } from "../eval/mod.ts";

/** What a run came to. */
export interface RunResult {
  /** The fingerprint of the recipe. */
  readonly fingerprint: string;
  /** How the student does on the test images; null if there are none. */
  readonly test: Evaluation | null;
  /** How the student did on the validation images after the last epoch; null if there are none. */
  readonly validation: Readonly<Record<string, number>> | null;
  /** The accuracy of the voting teachers on the test images, by name. */
  readonly teachers: Readonly<Record<string, number>>;
  /** The trained values of the student. */
  readonly parameters: number;
  /** Steps in all. */
  readonly steps: number;
  /** How long it took, in seconds, without what was done before a break. */
  readonly seconds: number;
}
