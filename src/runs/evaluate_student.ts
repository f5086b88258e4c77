/**
 * How good the student of a run is, or its features.
 *
 * @module
 */

import { formatPercent } from "../base/text.ts";
import { evaluate, type Evaluation, featureQuality } from "../evaluation/mod.ts";
import type { Table } from "../report/table.ts";
import { domainsOf } from "./domains_of.ts";
import { openStudent } from "./open_student.ts";
import { classTable } from "./result_tables.ts";

/** What {@linkcode evaluateStudent} measures on. */
export interface EvaluateStudentOptions {
  /** A folder with a folder of images for each class; those that the run's recipe names as `data.test` by default. */
  images?: string;
  /** Another one: features are measured, by neighbors and a linear probe that know these images. */
  known?: string;
  /** Stops between two batches. */
  signal?: AbortSignal;
}

/** How good a student is, or its features, and a table of it. */
export type StudentQuality =
  | { readonly accuracy: Evaluation; readonly table: Table }
  | { readonly knn: number; readonly probe: number };

/**
 * Measures the student of a run, or of a file that `models.save` wrote: its accuracy, or with images that are known its
 * features.
 *
 * @throws {ArgumentError} if there is no student, or nothing to measure it on.
 */
export async function evaluateStudent(
  path: string,
  options: EvaluateStudentOptions = {},
): Promise<StudentQuality> {
  const { signal } = options;
  using opened = await openStudent(path, options.images, options.known);
  const { student, known, images } = opened;
  if (known !== null) {
    const { knn, probe } = await featureQuality(student, {
      known,
      test: images,
      probe: true,
      signal,
    });
    return { knn: knn!, probe: probe! };
  }
  const accuracy = await evaluate(student, images, { signal, domains: domainsOf(images) });
  const { overall, count, byClass, classNames, calibration } = accuracy;
  const model = { name: "accuracy", kind: "student", parameters: 0, accuracy } as const;
  const table = classTable([model], classNames ?? byClass.map((_, i) => String(i)));
  return {
    accuracy,
    table: {
      ...table,
      title: `right on ${formatPercent(overall, 2)} of ${count} images`,
      note: `sure of ${
        formatPercent(calibration.confidence, 2)
      } on average; expected calibration error ${formatPercent(calibration.ece, 2)}`,
    },
  };
}
