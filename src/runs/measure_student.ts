/**
 * How the student of a run is measured, while it learns and at the end.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Dataset, LabelledBatch } from "../data/mod.ts";
import { type Accuracy, evaluate, type Evaluation, featureQuality } from "../evaluation/mod.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { MetricRecord } from "../report/metrics.ts";
import { ensemble } from "../teachers/ensemble.ts";
import type { Teacher } from "../teachers/teacher.ts";
import type * as torch from "../torch/mod.ts";
import { domainsOf } from "./domains_of.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import type { DataOpener } from "./open_data.ts";
import type { OpenedData } from "./select_data.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import { probeTeacher } from "./probe_teacher.ts";
import type { KnownResult, ModelResult, RunResult } from "./result.ts";
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
  const classNames = learned.labelled?.classNames;
  if (data.known !== null) return await opener.labelled(data.known, "data.known", classNames);
  if (learned.labelled !== null) return learned.labelled as Labelled;
  throw new ArgumentError(
    "A k-NN or a probe of the student needs labelled images that it knows: give data.known.",
  );
}

/** What an epoch's end records of the student. */
export async function validate(
  { evaluation }: ResolvedRecipe,
  student: Classifier,
  { validation, known }: Measured,
): Promise<MetricRecord> {
  const { batchSize, knn, probe } = evaluation;
  const features = known === null ? {} : await featureQuality(student, {
    known,
    test: validation!,
    batchSize,
    knn: knn === null ? false : { k: knn },
    probe,
  });
  // What gives features only has no accuracy.
  if (student.numClasses === 0) return { ...features };
  const options = { batchSize, domains: domainsOf(validation!) };
  const { overall, loss, byDataset } = await evaluate(student, validation!, options);
  const each = Object.entries(byDataset);
  return {
    accuracy: overall,
    validationLoss: loss,
    ...features,
    ...(each.length > 1 &&
      Object.fromEntries(each.map(([name, value]) => [`accuracy ${name}`, value]))),
  };
}

/** How the student does on the test images before it learns; null where nobody asks, or it has no classes. */
export async function measureBefore(
  { evaluation, device }: ResolvedRecipe,
  student: Classifier,
  test: Labelled,
  signal: AbortSignal | undefined,
): Promise<Evaluation | null> {
  const { before, batchSize } = evaluation;
  if (!before || test === null || student.numClasses === 0) return null;
  return await evaluate(student, test, { batchSize, signal, device, domains: domainsOf(test) });
}

/** How student and teachers do on the test images; teachers only where the recipe wants them measured. */
export async function measure(
  recipe: ResolvedRecipe,
  student: Classifier,
  teachers: readonly Teacher[],
  { test, labelled }: OnTest,
  signal: AbortSignal | undefined,
): Promise<Pick<RunResult, "fingerprint" | "test" | "models" | "parameters">> {
  const { batchSize, teachers: areMeasured } = recipe.evaluation;
  const domains = test === null ? undefined : domainsOf(test);
  const options = { batchSize, signal, device: recipe.device, domains };
  const seen = { test: areMeasured ? test : null, labelled };
  const models = await measureTeachers(recipe, teachers, seen, signal);
  const isMeasured = test !== null && student.numClasses > 0;
  const found = isMeasured ? await evaluate(student, test, options) : null;
  const parameters = student.numParameters();
  models.push({ name: "student", kind: "student", parameters, accuracy: accuracyIn(found) });
  return { fingerprint: recipeFingerprint(recipe), test: found, models, parameters };
}

/** What teachers are measured on. */
export interface OnTest {
  /** The images; without any there are no accuracies. */
  readonly test: Labelled;
  /** The labelled images that a probe of teachers that do not vote learns from. */
  readonly labelled: Labelled;
}

/** How teachers do on the test images, each alone, and those who vote together. */
export async function measureTeachers(
  recipe: ResolvedRecipe,
  teachers: readonly Teacher[],
  { test, labelled }: OnTest,
  signal: AbortSignal | undefined,
): Promise<ModelResult[]> {
  const { batchSize, probeTeachers: l2 } = recipe.evaluation;
  const domains = test === null ? undefined : domainsOf(test);
  const options = { batchSize, signal, device: recipe.device, domains };
  const models: ModelResult[] = [];
  const together: Pick<ModelResult, "name" | "kind"> = {
    name: "ensemble",
    kind: "predictive teachers",
  };
  for (const teacher of teachers) {
    const { name, kind } = teacher;
    const parameters = sizeOf(teacher);
    const asked = test === null
      ? null
      : kind === "predictive"
      ? await evaluate((pixels) => teacher.run(pixels).logits!, test, options)
      : l2 === null || labelled === null
      ? null
      : await probeTeacher(teacher, labelled, test, l2, options);
    const accuracy = accuracyIn(asked);
    models.push({ name, kind, parameters, accuracy, known: onKnown(teacher, accuracy) });
  }
  const voters = teachers.filter(({ kind }) => kind === "predictive");
  if (test !== null && voters.length > 1) {
    const all = ensemble(voters);
    const scores = (pixels: torch.Tensor) => all.probabilities(pixels).log();
    const accuracy = accuracyIn(await evaluate(scores, test, options));
    models.push({
      ...together,
      parameters: voters.reduce((n, one) => n + sizeOf(one), 0),
      accuracy,
    });
  }
  return models;
}

function sizeOf({ model, facts }: Teacher): number {
  return model?.numParameters() ?? facts.parameters ?? 0;
}

function accuracyIn(found: Evaluation | null): Accuracy | null {
  if (found === null) return null;
  const { overall, byClass, meanByClass, byDataset, meanByDataset, count, countByClass } = found;
  return { overall, byClass, meanByClass, byDataset, meanByDataset, count, countByClass };
}

/** Images of classes that a teacher does not know say nothing of how good it is at its own. */
function onKnown({ labelMap }: Teacher, accuracy: Accuracy | null): KnownResult | null {
  if (labelMap === null || labelMap.isWhole || accuracy === null) return null;
  const { byClass, countByClass, count } = accuracy;
  const { known: classes } = labelMap;
  const images = classes.reduce((sum, c) => sum + countByClass[c], 0);
  const right = classes.reduce((sum, c) => sum + (byClass[c] || 0) * countByClass[c], 0);
  return { classes, share: images / count, accuracy: images === 0 ? null : right / images };
}
