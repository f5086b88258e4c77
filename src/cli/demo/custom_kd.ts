/**
 * The demo of CustomKD: one large teacher, one small student, ten labels of each class.
 *
 * @module
 */

import type { MixedBatch } from "../../data/mod.ts";
import * as distill from "../../distill/mod.ts";
import { linearProbe, type LinearProbeOptions } from "../../eval/mod.ts";
import * as models from "../../models/mod.ts";
import { MetricsLog } from "../../report/metrics.ts";
import { RUN_FILES, type RunFolder } from "../../runs/folder.ts";
import {
  clothes,
  type FewLabels,
  fewLabels,
  type FewLabelsSizes,
  type Images,
  PIXELS,
} from "./custom_kd_data.ts";
import { askTeacher, pretrain, type Run, teach } from "./custom_kd_student.ts";
import { type LargeTeacherRecipe, makeLargeTeacher } from "./large_teacher.ts";
import { measure } from "./measure.ts";
import type { ModelResult } from "./report.ts";
import { stopped, stopwatch } from "./running.ts";

/** Everything that decides how the demo comes out. */
export interface CustomKdDemoConfig {
  /** Decides data, teacher and student. */
  seed: number;
  /** How many images each part of the data has. */
  sizes: FewLabelsSizes;
  /** How the teacher is made. */
  teacher: LargeTeacherRecipe;
  /** The linear classifier that shows what is in the teacher's features, which are standardized already. */
  probe: LinearProbeOptions;
  /** The student's channels. */
  widths: number[];
  /** How the student is trained on the labelled images at first. */
  pretraining: {
    epochs: number;
    /** How often an epoch shows each image. */
    repeats: number;
    batchSize: number;
    lr: number;
  };
  /** How it is taught afterwards, by either method. */
  teaching: {
    /** Passes of the student over the unlabelled images. */
    epochs: number;
    /** Labelled images in a batch. */
    labelled: number;
    /** Unlabelled images in a batch. */
    unlabelled: number;
    /** The student's highest learning rate. */
    lr: number;
  };
  /** Options of plain feature distillation. */
  featureKd: { weights: { feature: number; labelled: number } };
  /** Options of CustomKD. */
  customKd: {
    weights: Required<distill.CustomKDWeights>;
    customization: distill.ProjectionShape;
    /** The learning rate and weight decay of the customization. */
    lr: number;
    weightDecay: number;
  };
}

/** The demo's settings, chosen on validation images with other seeds than the reported ones. */
export const CUSTOM_KD_DEMO: CustomKdDemoConfig = {
  seed: 0,
  sizes: { labelsPerClass: 10, unlabelled: 12_000, forTeacher: 24_000, validation: 4_000 },
  teacher: { widths: [32, 64, 128], epochs: 2, batchSize: 64, lr: 4e-3 },
  probe: { l2: 0.3, standardize: false },
  widths: [8, 16, 32],
  pretraining: { epochs: 10, repeats: 15, batchSize: 50, lr: 5e-3 },
  teaching: { epochs: 12, labelled: 32, unlabelled: 128, lr: 2e-2 },
  featureKd: { weights: { feature: 30, labelled: 1 } },
  customKd: {
    weights: { customized: 10, general: 30, labelled: 1, entropy: 1 },
    customization: "linear",
    lr: 1e-3,
    weightDecay: 10,
  },
};

/** How the demo came out. */
export interface CustomKdDemoResult {
  /** The teacher, the student before, and the student as each method left it. */
  models: ModelResult[];
  /** The names of the classes. */
  classNames: string[];
  /** The name of the data set. */
  datasets: string[];
  /** How long each part took, in seconds. */
  seconds: Record<string, number>;
}

/** How to run the demo. */
export interface CustomKdDemoOptions {
  /** The settings. */
  config: CustomKdDemoConfig;
  /** Where the run's files go. */
  folder: RunFolder;
  /** Trains the teacher anew. */
  fresh?: boolean;
  /** Stops after the step at hand. */
  signal?: AbortSignal;
  /** Other images than Fashion-MNIST, and their name. */
  images?: { name: string; load: () => Promise<Images> };
  /** Where teachers are kept, if not in this package's cache. */
  cache?: string;
}

/** The names of the rows. */
export const ROWS = {
  teacher: "teacher, linear probe",
  before: "student before",
  featureKd: "student, feature distillation",
  customKd: "student, CustomKD",
} as const;

/**
 * Runs the demo once.
 *
 * @throws {InterruptedError} when it was stopped; what was made so far is kept, and the same call goes on from there.
 */
export async function runCustomKdDemo(options: CustomKdDemoOptions): Promise<CustomKdDemoResult> {
  const { config, folder, signal } = options;
  const { seed } = config;
  const { seconds, timed } = stopwatch();
  using metrics = new MetricsLog(folder.path(RUN_FILES.metrics), { resume: true });
  const run = { config, folder, metrics, signal };
  const source = options.images ?? { name: "Fashion-MNIST", load: clothes };
  using images = await timed(
    "data",
    async () => fewLabels(await source.load(), config.sizes, seed),
  );
  using model = await timed("teacher", () => makeTeacher(images, source.name, run, options));
  using known = await timed("outputs", () => askTeacher(model, images, run));
  const { teacher } = known;
  using before = await timed("student before", () => pretrain(images, run));
  using featureKd = await timed(
    "student, feature distillation",
    () =>
      teach("feature distillation", before, images, known, run, (student, shelf) => {
        const method = new distill.FeatureKD({ student, teacher: shelf, ...config.featureKd });
        const step = (batch: MixedBatch) => method.step(batch);
        return { method, stages: [{ name: "distill", learns: method.parameters(), step }] };
      }),
  );
  using customKd = await timed(
    "student, CustomKD",
    () =>
      teach("CustomKD", before, images, known, run, (student, shelf) => {
        const { weights, customization, lr, weightDecay } = config.customKd;
        const method = new distill.CustomKD({ student, teacher: shelf, weights, customization });
        const customize = {
          name: "customize",
          learns: method.stages[0].learns(),
          step: (batch: MixedBatch) => method.step(batch, "customize"),
          lr,
          weightDecay,
        };
        const distillation = {
          name: "distill",
          learns: method.stages[1].learns(),
          step: (batch: MixedBatch) => method.step(batch, "distill"),
        };
        return { method, stages: [customize, distillation] };
      }),
  );
  models.save(folder.path(RUN_FILES.student), customKd, {
    classNames: images.test.classNames,
    view: { size: [images.test.imageShape[1], images.test.imageShape[2]], ...PIXELS },
  });

  const { labelled, test } = images;
  using probe = linearProbe(
    { features: known.labelled.features, labels: labelled.labels },
    { ...config.probe, numClasses: test.numClasses },
  );
  const accuracy = await timed("test", () =>
    measure(
      {
        [ROWS.teacher]: (x) => probe.forward(teacher.run(x).features),
        [ROWS.before]: (x) => before.forward(x),
        [ROWS.featureKd]: (x) => featureKd.forward(x),
        [ROWS.customKd]: (x) => customKd.forward(x),
      },
      test,
      PIXELS,
    ));
  const result: CustomKdDemoResult = {
    models: Object.values(ROWS).map((name): ModelResult => ({
      name,
      kind: name === ROWS.teacher ? "teacher" : "student",
      parameters: (name === ROWS.teacher ? model : before).numParameters(),
      accuracy: accuracy[name],
    })),
    classNames: [...test.classNames],
    datasets: test.sources.map(({ name }) => name),
    seconds,
  };
  return result;
}

/** Trains the teacher or takes it from the cache. */
async function makeTeacher(
  images: FewLabels,
  source: string,
  { config, folder, metrics, signal }: Run,
  { fresh, cache }: CustomKdDemoOptions,
): Promise<models.SmallResNet> {
  const model = await makeLargeTeacher(config.teacher, {
    images: images.forTeacher,
    seed: config.seed,
    dependsOn: [source, config.sizes],
    fresh,
    cache,
    metrics,
    checkpoint: folder.path("teacher.checkpoint.safetensors"),
    signal,
  });
  return model ?? stopped(folder);
}
