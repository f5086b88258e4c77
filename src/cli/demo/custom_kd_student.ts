/**
 * How the student of the CustomKD demo is trained: on a few labels first, by a teacher then.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { ImageDataset, MixedBatch } from "../../data/mod.ts";
import type { StepResult } from "../../distill/mod.ts";
import * as models from "../../models/mod.ts";
import type { Classifier } from "../../nn/mod.ts";
import * as optim from "../../optim/mod.ts";
import * as teachers from "../../teachers/mod.ts";
import type { OutputCache, Teacher } from "../../teachers/mod.ts";
import * as torch from "../../torch/mod.ts";
import { fit } from "../../train/fit.ts";
import type { Stage, Trainable } from "../../train/stage.ts";
import type { MetricsLog } from "../../report/metrics.ts";
import type { RunFolder } from "../../runs/folder.ts";
import { Supervised } from "../../distill/mod.ts";
import type { CustomKdDemoConfig } from "./custom_kd.ts";
import { augment, type FewLabels, PIXELS } from "./custom_kd_data.ts";
import { measureModel } from "./measure.ts";
import { teacherOutputs } from "./outputs.ts";
import { stopped } from "./running.ts";
import { Standardized } from "../../runs/standardized.ts";

/** What the parts of a run share. */
export interface Run {
  /** The settings. */
  config: CustomKdDemoConfig;
  /** Where the run's files go. */
  folder: RunFolder;
  /** Where the run's records go. */
  metrics: MetricsLog;
  /** Stops after the step at hand. */
  signal?: AbortSignal;
}

/** A teacher, and what it says about the student's images as they are. */
export class KnownTeacher implements Disposable {
  /** The teacher, with standardized features. */
  readonly teacher: Teacher;
  /** What it says about the labelled images. */
  readonly labelled: OutputCache;
  /** What it says about the unlabelled images. */
  readonly unlabelled: OutputCache;

  /** Takes over all three. */
  constructor(teacher: Teacher, labelled: OutputCache, unlabelled: OutputCache) {
    this.teacher = teacher;
    this.labelled = labelled;
    this.unlabelled = unlabelled;
  }

  /** Frees all three. */
  [Symbol.dispose](): void {
    this.teacher.model?.dispose();
    this.labelled.dispose();
    this.unlabelled.dispose();
  }
}

/** Makes a teacher with standardized features of a model, and asks it about the student's images. */
export async function askTeacher(
  model: Classifier,
  images: FewLabels,
  run: Run,
): Promise<KnownTeacher> {
  const raw = teachers.descriptive({ name: "teacher", model });
  const { folder, signal } = run;
  const [unlabelled] = await teacherOutputs([raw], images.unlabelled, {
    pixels: PIXELS,
    folder,
    signal,
  });
  using _ = unlabelled;
  const standardized = torch.scope(() => {
    const [variance, mean] = torch.noGrad(() => unlabelled.features.varMean(0));
    return new Standardized(model, mean, variance.sqrt());
  });
  const teacher = teachers.descriptive({ name: raw.name, model: standardized });
  const labelled = teachers.cacheOutputs(teacher, images.labelled, {
    transform: data.normalize(PIXELS.mean, PIXELS.std),
  });
  const features = standardized.standardize(unlabelled.features);
  return new KnownTeacher(teacher, labelled, new teachers.OutputCache(raw.name, features));
}

/** Trains a student on the labelled images alone. */
export async function pretrain(images: FewLabels, run: Run): Promise<models.SmallCnn> {
  const { config, folder, metrics, signal } = run;
  const { epochs, repeats, batchSize, lr } = config.pretraining;
  using owned = new DisposableStack();
  const student = owned.use(newStudent(config, images));
  using repeated = repeat(images.labelled, repeats);
  const batches = new data.Loader(repeated, {
    batchSize,
    shuffle: true,
    seed: config.seed,
    transform: augment(),
  });
  using optimizer = new optim.AdamW(student.parameters(), { lr, weightDecay: WEIGHT_DECAY });
  const { done } = await fit({
    name: "student before",
    method: new Supervised(student),
    optimizer,
    schedule: new optim.OneCycle(optimizer, { maxLr: lr, totalSteps: epochs * batches.length }),
    batches,
    epochs,
    metrics,
    checkpoint: folder.path("before.checkpoint.safetensors"),
    resume: true,
    signal,
  });
  if (!done) stopped(folder);
  student.eval();
  owned.move();
  return student;
}

/** A kind of epoch of a method. */
export interface LessonStage {
  /** Its name in records. */
  name: string;
  /** What it trains. */
  learns: torch.Tensor[];
  /** Its loss. */
  step: (batch: MixedBatch) => StepResult;
  /** Its highest learning rate, if not the student's. */
  lr?: number;
  /** Its weight decay, if not the student's. */
  weightDecay?: number;
}

/** A method, and its kinds of epoch, which take turns; the last one trains the student. */
export interface Lesson {
  /** The method. */
  method: Trainable & Disposable;
  /** Its kinds of epoch. */
  stages: readonly LessonStage[];
}

/**
 * Teaches a copy of a student by a method.
 *
 * @param make Makes the method for the copy.
 */
export async function teach(
  name: string,
  before: models.SmallCnn,
  images: FewLabels,
  known: KnownTeacher,
  run: Run,
  make: (student: models.SmallCnn, shelf: teachers.Shelf) => Lesson,
): Promise<models.SmallCnn> {
  const { config, folder, metrics, signal } = run;
  const { teaching } = config;
  using owned = new DisposableStack();
  const student = owned.use(newStudent(config, images));
  student.loadStateDict(before.stateDict());
  const common = { shuffle: true, dropLast: true, seed: config.seed, transform: augment() };
  const batches = data.zipLoaders(
    new data.Loader(images.labelled, { ...common, batchSize: teaching.labelled }),
    new data.Loader(images.unlabelled, { ...common, batchSize: teaching.unlabelled }),
  );
  const shelf = new teachers.Shelf([known.teacher]);
  const stored = (cache: OutputCache) =>
    new Map([[cache.name, { rows: (_: number, indices: Int32Array) => cache.rows(indices) }]]);
  shelf.use(batches.labelled, stored(known.labelled));
  shelf.use(batches.unlabelled, stored(known.unlabelled));
  const lesson = make(student, shelf);
  using method = lesson.method;
  const totalSteps = teaching.epochs * batches.length;
  using optimizers = new DisposableStack();
  const stages = lesson.stages.map((stage): Stage<MixedBatch> => {
    const { lr = teaching.lr, weightDecay = WEIGHT_DECAY } = stage;
    const optimizer = optimizers.use(new optim.AdamW(stage.learns, { lr, weightDecay }));
    return {
      name: stage.name,
      step: stage.step,
      optimizer,
      schedule: new optim.OneCycle(optimizer, { maxLr: lr, totalSteps }),
      batches,
    };
  });
  const { done } = await fit({
    name,
    method,
    stages,
    epochs: teaching.epochs * stages.length,
    metrics,
    checkpoint: folder.path(`${name.replaceAll(" ", "-")}.checkpoint.safetensors`),
    resume: true,
    signal,
    evaluateEvery: stages.length,
    evaluate: async (epoch) => ({
      taught: epoch / stages.length,
      validation: (await measureModel(student, images.validation, PIXELS)).overall,
    }),
  });
  if (!done) stopped(folder);
  student.eval();
  owned.move();
  return student;
}

const WEIGHT_DECAY = 0.01;

/** A student whose weights the seed alone decides. */
function newStudent(config: CustomKdDemoConfig, images: FewLabels): models.SmallCnn {
  torch.manualSeed(config.seed);
  return new models.SmallCnn({ numClasses: images.test.numClasses, widths: config.widths });
}

/** Each image several times, so that an epoch is longer than a few batches. */
function repeat(images: ImageDataset, times: number): ImageDataset {
  return images.subset(Array.from({ length: times * images.length }, (_, i) => i % images.length));
}
