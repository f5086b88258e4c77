/**
 * The work of a run: from the recipe to the files in its folder.
 *
 * @module
 */

import { fingerprint, type Spec } from "../base/spec.ts";
import { Agglomerative, Uniform } from "../distill/mod.ts";
import { save } from "../models/saved.ts";
import type { Classifier } from "../nn/classifier.ts";
import { Accumulation } from "../optim/accumulation.ts";
import { type MetricRecord, readMetrics } from "../report/metrics.ts";
import { metricsTo } from "../report/metrics_to.ts";
import type { Shelf } from "../teachers/shelf.ts";
import * as torch from "../torch/mod.ts";
import { fit } from "../train/fit.ts";
import { Peers } from "../train/peers.ts";
import type { FitOptions, ResumeOptions } from "../train/fit_options.ts";
import { beginning, buildStudent } from "./build_student.ts";
import { checkClasses } from "./check_classes.ts";
import { checkPlainPatches, openRun, useStore } from "./open_run.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import { fillTogether } from "./fill_together.ts";
import { exampleImages } from "./example_images.ts";
import { stageMakers } from "./optimizers.ts";
import { RUN_FILES, type RunFolder } from "./folder.ts";
import { lookAtFeatures } from "./look_at_features.ts";
import {
  knownOf,
  type Labelled,
  measure,
  measureBefore,
  type Measured,
  validate,
} from "./measure_student.ts";
import { memoryFormatOf } from "./memory_format.ts";
import { METHODS } from "./methods.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { RunResult } from "./result.ts";
import type { RunBatches } from "./run_batches.ts";
import { writeRunReport } from "./run_report.ts";
import type { TeacherPlaces } from "./teacher_places.ts";

/** How a student is trained in a folder. */
export interface TrainStudentOptions extends TeacherPlaces {
  /** Goes on from the checkpoint. */
  resume: boolean | ResumeOptions;
  /** Stops after the step at hand. */
  signal?: AbortSignal;
  /** Whether to show progress. */
  progress?: boolean;
}

/** Trains and measures the student of a recipe, and leaves the files of the run; false if it was interrupted. */
export async function trainStudent(
  recipe: ResolvedRecipe,
  folder: RunFolder,
  options: TrainStudentOptions,
): Promise<boolean> {
  const start = performance.now();
  const peers = new Peers();
  using owned = new DisposableStack();
  const opened = owned.use(await openRun(recipe, options));
  const { opener, learned, shelf } = opened;
  const { teachers } = shelf;
  const open = async (name: "validation" | "test"): Promise<Labelled> =>
    recipe.data[name] === null
      ? null
      : await opener.labelled(recipe.data[name], `data.${name}`, learned.labelled?.classNames);
  const validation = await open("validation");
  const test = await open("test");
  const measured = { validation, known: await knownOf(recipe, opener, learned) };
  checkClasses({
    [learned.labelled === learned.train ? "data.train" : "data.labelled"]: learned.labelled,
    "data.validation": validation,
    "data.known": measured.known,
    "data.test": test,
  });
  if (recipe.store !== null && teachers.length > 0) {
    await fillTogether(recipe, opened, options);
    owned.use(await useStore(recipe, opened));
  }
  const begin = await beginning(recipe.student, options);
  // Only now: whether what the student begins with was there already must not decide what is random after it.
  torch.manualSeed(recipe.seed);
  const labelled = [learned.labelled, validation, test];
  const student = owned.use(await buildStudent(begin, learned.train, labelled, teachers));
  student.to({ device: recipe.device, memoryFormat: memoryFormatOf(recipe) });
  const { name, ...settings } = recipe.method;
  const method = owned.use(METHODS[name].make(student, shelf, settings));
  checkPlainPatches(recipe, method, shelf);
  await folder.writeJson(RUN_FILES.teachers, await manifest(shelf, learned.batches));

  const before = await measureBefore(recipe, student, test, options.signal);
  const interrupted = await train(recipe, folder, options, {
    method,
    student,
    learned,
    measured,
  });
  if (interrupted) return false;

  student.eval();
  const onTest = { test, labelled: learned.labelled as Labelled };
  const result = await measure(recipe, student, teachers, onTest, options.signal);
  const taught = teachers.filter(({ name }) => !shelf.leftOut.has(name));
  const features = await lookAtFeatures(recipe, student, taught, test, options.signal);
  const examples = await exampleImages(student, test);
  // All have looked; one writes.
  return await peers.led(async () => {
    save(folder.path(RUN_FILES.student), student, {
      metadata: { recipe: JSON.stringify(recipe), fingerprint: recipeFingerprint(recipe) },
    });
    if (method instanceof Agglomerative && method.keepsHeads) {
      method.saveHeads(folder.path(RUN_FILES.heads));
    }
    const { similarity } = features;
    const records = readMetrics(folder.path(RUN_FILES.metrics));
    const whole: RunResult = {
      ...result,
      before,
      validation: lastOf(records),
      votes: method instanceof Uniform ? method.votes() : null,
      similarity: typeof similarity === "string" ? null : similarity,
      leftOut: Object.fromEntries(shelf.leftOut),
      steps: Number(records.at(-1)?.step ?? 0),
      seconds: (performance.now() - start) / 1000,
    };
    const seen = { records, examples, features };
    await writeRunReport(folder.path(RUN_FILES.report), recipe, whole, seen);
    // Last: where it is, the run is done.
    await folder.writeJson(RUN_FILES.result, whole);
    return true;
  });
}

/** What is trained, and on what it is measured. */
interface Trained {
  readonly method: ReturnType<(typeof METHODS)[string]["make"]>;
  readonly student: Classifier;
  readonly learned: RunBatches;
  readonly measured: Measured;
}

/** Trains; true if it was interrupted. */
async function train(
  recipe: ResolvedRecipe,
  folder: RunFolder,
  options: TrainStudentOptions,
  { method, student, learned, measured }: Trained,
): Promise<boolean> {
  // Records of a run that was killed before its first checkpoint are nobody's.
  const goesOn = Boolean(options.resume);
  using metrics = folder.isWritten
    ? metricsTo(folder.root, {
      resume: folder.has(RUN_FILES.metrics),
      keep: () => goesOn,
      csv: true,
      tensorboard: true,
    })
    : undefined;
  const { batches } = learned;
  const { clipNorm, accumulate, autocast, ema, best } = recipe;
  const shared: FitOptions = {
    name: recipe.name,
    epochs: recipe.epochs,
    metrics,
    accumulate,
    checkpoint: folder.path(RUN_FILES.checkpoint),
    resume: options.resume,
    progress: options.progress,
    // Without one the loop would end the process by itself.
    signal: options.signal ?? new AbortController().signal,
    evaluateEvery: recipe.evaluation.every,
    ...(clipNorm !== null && { clipNorm }),
    ...(autocast !== null && { autocast }),
    ...(recipe.capture && { capture: true }),
    ...(ema !== null && { ema }),
    ...(best !== null && { best: { ...best, file: folder.path(RUN_FILES.best) } }),
    ...(measured.validation !== null && { evaluate: () => validate(recipe, student, measured) }),
  };
  const stepsPerEpoch = new Accumulation(accumulate).stepsOf(batches.length);
  const makers = [...stageMakers(recipe, method, stepsPerEpoch)];
  const { done, stopped } = makers.length === 1
    ? await fit({ ...shared, method, batches, ...makers[0][1] })
    : await fit({
      ...shared,
      method,
      batches,
      optimizers: Object.fromEntries(makers.map(([name, { optimizer }]) => [name, optimizer])),
      schedules: Object.fromEntries(makers.map(([name, { schedule }]) => [name, schedule])),
    });
  return !done && stopped === undefined;
}

async function manifest(shelf: Shelf, batches: unknown): Promise<unknown> {
  if (shelf.teachers.length === 0) return [];
  const specs = await shelf.spec(batches) as readonly Spec[];
  return specs.map((spec, i) => ({
    name: shelf.names[i],
    fingerprint: fingerprint(spec),
    spec,
  }));
}

function lastOf(records: readonly MetricRecord[]): Record<string, number> | null {
  const last = records.findLast(({ event, accuracy }) =>
    event === "epoch" && accuracy !== undefined
  );
  if (last === undefined) return null;
  const { accuracy, validationLoss } = last;
  return { accuracy: Number(accuracy), loss: Number(validationLoss) };
}
