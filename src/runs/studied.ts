/**
 * What a study came to.
 *
 * @module
 */

import type { Table } from "../report/table.ts";
import type { Compared } from "./compared.ts";
import type { ModelResult } from "./result.ts";
import type { Trial } from "./search.ts";

/** A variant with all that was tried and run. */
export interface StudiedVariant extends Compared {
  /** The curve that it is a point of. */
  readonly curve: string | null;
  /** Where on the curve it is. */
  readonly x: number | null;
  /** What was tried on validation images; nothing where there was nothing to choose. */
  readonly trials: readonly Trial[];
  /** The settings that were chosen, as `--set` has them; nothing for the variant as it is. */
  readonly chosen: readonly string[];
}

/** What a study came to. */
export interface StudyResult {
  /** The study's name. */
  readonly name: string;
  /** What runs along the horizontal axis of curves. */
  readonly x: string | null;
  /** Whether teachers and data are the same for every seed. */
  readonly sameTeachers: boolean;
  /** The variants, in order. */
  readonly variants: readonly StudiedVariant[];
  /** For each seed all models: the teachers, and the student of every variant. */
  readonly models: readonly (readonly ModelResult[])[];
  /** How long all of it took, teachers included, in seconds; without what was done before a break. */
  readonly seconds: number;
  /** Accuracies, paired tests, chosen settings, all trials. */
  readonly tables: readonly Table[];
  /** Where everything is. */
  readonly folder: string;
}
