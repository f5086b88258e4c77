/**
 * The demo of UNIFORM: eight teachers, one student, no labels.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { UnlabelledBatch, UnlabelledImages } from "../../data/mod.ts";
import * as distill from "../../distill/mod.ts";
import type { VoteSummary } from "../../distill/mod.ts";
import * as models from "../../models/mod.ts";
import * as optim from "../../optim/mod.ts";
import * as teachers from "../../teachers/mod.ts";
import type { Teacher } from "../../teachers/mod.ts";
import * as torch from "../../torch/mod.ts";
import { fit } from "../../train/fit.ts";
import { MetricsLog } from "../../report/metrics.ts";
import { RUN_FILES, type RunFolder } from "../../runs/folder.ts";
import { type DemoSources, digitsAndClothes, divide, PIXELS } from "./digits_and_clothes.ts";
import { measure, measureModel, type Scores } from "./measure.ts";
import { teacherOutputs } from "./outputs.ts";
import type { ModelResult } from "./report.ts";
import { stopped, stopwatch } from "./running.ts";
import { makeTeacher, type Recipe, SHELF } from "./shelf.ts";

/** Everything that decides how the demo comes out. */
export interface UniformDemoConfig {
  /** Decides data, teachers and student. */
  seed: number;
  /** How many images the student sees; half of each data set. */
  unlabelled: number;
  /** How many images are measured on while training; half of each data set. */
  validation: number;
  /** Passes of the student over them. */
  epochs: number;
  /** Images in a batch. */
  batchSize: number;
  /** The student's highest learning rate. */
  lr: number;
  /** The student's channels. */
  widths: number[];
  /** Options of plain KD. */
  kd: { temperature: number };
  /** Options of UNIFORM. */
  uniform: {
    alpha1: number;
    alpha2: number;
    beta1: number;
    beta2: number;
    featureTies: "zero" | "mean";
  };
  /** How the teachers are made. */
  teachers: readonly Recipe[];
}

/** The demo's settings, chosen on validation images with other seeds than the reported ones. */
export const UNIFORM_DEMO: UniformDemoConfig = {
  seed: 0,
  unlabelled: 16_000,
  validation: 4_000,
  epochs: 8,
  batchSize: 128,
  lr: 6e-3,
  widths: [16, 32, 64],
  kd: { temperature: 1 },
  uniform: { alpha1: 1.5, alpha2: 1, beta1: 1, beta2: 0.1, featureTies: "zero" },
  teachers: SHELF,
};

/** How the demo came out. */
export interface UniformDemoResult {
  /** Teachers, ensemble, students. */
  models: ModelResult[];
  /** The names of the 20 classes. */
  classNames: string[];
  /** The names of the data sets. */
  datasets: string[];
  /** How the teachers voted in UNIFORM's last epoch. */
  votes: VoteSummary;
  /** How long each part took, in seconds. */
  seconds: Record<string, number>;
}

/** How to run the demo. */
export interface UniformDemoOptions {
  /** The settings. */
  config: UniformDemoConfig;
  /** Where the run's files go. */
  folder: RunFolder;
  /** Trains all teachers anew. */
  fresh?: boolean;
  /** Where teachers are kept, if not in this package's cache. */
  cache?: string;
  /** Other images than MNIST's and Fashion-MNIST's. */
  images?: () => Promise<DemoSources> | DemoSources;
  /** Stops after the step at hand. */
  signal?: AbortSignal;
}

/** All that a student is trained on: batches of a type that has no labels, from one that has none. */
export function studentBatches(
  images: UnlabelledImages,
  config: Pick<UniformDemoConfig, "batchSize" | "seed">,
): data.Loader<UnlabelledBatch> {
  return new data.Loader(images, {
    batchSize: config.batchSize,
    shuffle: true,
    dropLast: true,
    seed: config.seed,
    transform: data.normalize(PIXELS.mean, PIXELS.std),
  });
}

/**
 * Runs the demo once.
 *
 * @throws {InterruptedError} when it was stopped; what was made so far is kept, and the same call goes on from there.
 */
export async function runUniformDemo(options: UniformDemoOptions): Promise<UniformDemoResult> {
  const { config, folder, fresh, cache, signal } = options;
  const { seconds, timed } = stopwatch();
  using made = new DisposableStack(); // also when the run is stopped
  using metrics = new MetricsLog(folder.path(RUN_FILES.metrics), { resume: true });
  using images = await timed(
    "data",
    async () => divide(await (options.images ?? digitsAndClothes)(), config, config.seed),
  );
  const shelf = await timed("teachers", async () => {
    const list: Teacher[] = [];
    for (const [i, recipe] of config.teachers.entries()) {
      const { labelled } = images;
      const how = { labelled, seed: config.seed, fresh, cache, signal };
      const teacher = await makeTeacher(recipe, i, how);
      if (teacher === null) stopped(folder);
      if (teacher.model) made.use(teacher.model);
      list.push(teacher);
    }
    return list;
  });
  const caches = await timed(
    "outputs",
    () => teacherOutputs(shelf, images.unlabelled, { pixels: PIXELS, folder, signal }),
  );
  for (const cache of caches) made.use(cache);

  const stored = new Map(caches.map((cache) => [cache.name, {
    rows: (_: number, indices: Int32Array) => cache.rows(indices),
  }]));
  const asked = new teachers.Shelf(shelf);
  const train = async (name: string, make: (student: models.SmallCnn) => MethodOf) => {
    torch.manualSeed(config.seed);
    const student = made.use(
      new models.SmallCnn({ numClasses: images.test.numClasses, widths: config.widths }),
    );
    const method = made.use(make(student));
    const batches = studentBatches(images.unlabelled, config);
    asked.use(batches, stored);
    using optimizer = new optim.AdamW(method.parameters(), { lr: config.lr, weightDecay: 0.01 });
    const { done } = await fit({
      name,
      method,
      optimizer,
      schedule: new optim.OneCycle(optimizer, {
        maxLr: config.lr,
        totalSteps: config.epochs * batches.length,
      }),
      batches,
      epochs: config.epochs,
      metrics,
      checkpoint: folder.path(`${name}.checkpoint.safetensors`),
      resume: true,
      signal,
      evaluate: async () => {
        const { overall, byDataset } = await measureModel(student, images.validation, PIXELS);
        return { validation: overall, ...prefixed("validation ", byDataset) };
      },
    });
    if (!done) stopped(folder);
    student.eval();
    return { student, method };
  };

  const kd = await timed(
    "student KD",
    () =>
      train(
        "KD",
        (student) =>
          new distill.KD({ student, teachers: asked, temperature: config.kd.temperature }),
      ),
  );
  let uniform!: distill.Uniform;
  const main = await timed("student UNIFORM", () =>
    train("UNIFORM", (student) => {
      uniform = new distill.Uniform({ student, teachers: asked, ...config.uniform });
      return uniform;
    }));
  models.save(folder.path(RUN_FILES.student), main.student, {
    classNames: images.test.classNames,
    view: { size: [images.test.imageShape[1], images.test.imageShape[2]], ...PIXELS },
  });

  const results = await timed("test", async () => {
    const scores: Record<string, Scores> = {};
    for (const teacher of shelf) {
      if (teacher.kind === "predictive") scores[teacher.name] = (x) => teacher.run(x).logits!;
    }
    const ensemble = teachers.ensemble(shelf);
    scores.ensemble = (x) => ensemble.probabilities(x);
    scores["student, plain KD"] = (x) => kd.student.forward(x);
    scores["student, UNIFORM"] = (x) => main.student.forward(x);
    return await measure(scores, images.test, PIXELS);
  });
  const size = (teacher: Teacher) => teacher.model?.numParameters() ?? 0;
  const rows: ModelResult[] = [
    ...shelf.map((teacher): ModelResult => ({
      name: teacher.name,
      kind: teacher.kind,
      parameters: size(teacher),
      accuracy: results[teacher.name] ?? null,
    })),
    {
      name: "ensemble",
      kind: "predictive teachers",
      parameters: shelf.filter((t) => t.kind === "predictive").reduce((sum, t) => sum + size(t), 0),
      accuracy: results.ensemble,
    },
    ...([["student, plain KD", kd.student], ["student, UNIFORM", main.student]] as const).map((
      [name, student],
    ) => ({
      name,
      kind: "student",
      parameters: student.numParameters(),
      accuracy: results[name],
    })),
  ];
  const result: UniformDemoResult = {
    models: rows,
    classNames: [...images.test.classNames],
    datasets: images.test.sources.map(({ name }) => name),
    votes: uniform.votes(),
    seconds,
  };
  return result;
}

/** A method that takes images and what the teachers say about them. */
type MethodOf = distill.KD | distill.Uniform;

function prefixed(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
