/**
 * How the student of a run is measured, while it learns and at the end.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Dataset, LabelledBatch } from "../data/mod.ts";
import { evaluate, type Evaluation, featureQuality } from "../eval/mod.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { MetricRecord } from "../report/metrics.ts";
import { ensemble } from "../teachers/ensemble.ts";
import type { Teacher } from "../teachers/teacher.ts";
import type * as torch from "../torch/mod.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import type { DataOpener, OpenedData } from "./open_data.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { RunResult } from "./result.ts";
import type { RunBatches } from "./run_batches.ts";

/** Labelled images to measure on. */
export type Labelled = (OpenedData & Dataset<LabelledBatch>) | null;

/** What a student is measured on while it learns. */
export interface Measured {
  readonly validation: Labelled;
  /** What a k-NN or a probe of it knows; null if neither is asked for. */
  readonly known: Labelled;
}

/** What a k-NN or a probe of the student knows. */
export async function knownOf(
  { data, evaluation }: ResolvedRecipe,
  opener: DataOpener,
  learned: RunBatches,
): Promise<Labelled> {
  if ((evaluation.knn === null && !evaluation.probe) || data.validation === null) return null;
  if (data.known !== null) return await opener.labelled(data.known, "data.known");
  if (learned.labelled !== null) return learned.labelled as Labelled;
  throw new ArgumentError(
    "A k-NN or a probe of the student needs labelled images that it knows: give data.known.",
  );
}

/** What an epoch's end records of the student. */
export async function look(
  { evaluation }: ResolvedRecipe,
  student: Classifier,
  { validation, known }: Measured,
): Promise<MetricRecord> {
  const { batchSize, knn, probe } = evaluation;
  const { overall, loss, byDataset } = await evaluate(student, validation!, { batchSize });
  const each = Object.entries(byDataset);
  const features = known === null ? {} : await featureQuality(student, {
    known,
    test: validation!,
    batchSize,
    knn: knn === null ? false : { k: knn },
    probe,
  });
  return {
    accuracy: overall,
    validationLoss: loss,
    ...features,
    ...(each.length > 1 &&
      Object.fromEntries(each.map(([name, value]) => [`accuracy ${name}`, value]))),
  };
}

/** How student and voting teachers do on the test images. */
export async function measure(
  recipe: ResolvedRecipe,
  student: Classifier,
  teachers: readonly Teacher[],
  test: Labelled,
  signal: AbortSignal | undefined,
): Promise<{
  result: Pick<RunResult, "fingerprint" | "test" | "teachers" | "parameters">;
  evaluations: Map<string, Evaluation>;
}> {
  const evaluations = new Map<string, Evaluation>();
  const options = { batchSize: recipe.evaluation.batchSize, signal, device: recipe.device };
  if (test !== null) {
    for (const teacher of teachers) {
      if (teacher.kind !== "predictive") continue;
      evaluations.set(
        teacher.name,
        await evaluate((pixels) => teacher.run(pixels).logits!, test, options),
      );
    }
    if (evaluations.size > 1) {
      const all = ensemble(teachers);
      const scores = (pixels: torch.Tensor) => all.probabilities(pixels).log();
      evaluations.set("teachers together", await evaluate(scores, test, options));
    }
    evaluations.set("student", await evaluate(student, test, options));
  }
  const accuracies = [...evaluations].filter(([name]) => name !== "student")
    .map(([name, { overall }]) => [name, overall]);
  return {
    evaluations,
    result: {
      fingerprint: recipeFingerprint(recipe),
      test: evaluations.get("student") ?? null,
      teachers: Object.fromEntries(accuracies),
      parameters: student.numParameters(),
    },
  };
}
