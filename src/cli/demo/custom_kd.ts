/**
 * The demo of CustomKD: one large teacher, one small student, ten labels of each class.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { PairedBatch } from "../../data/mod.ts";
import * as distill from "../../distill/mod.ts";
import * as models from "../../models/mod.ts";
import * as optim from "../../optim/mod.ts";
import * as teachers from "../../teachers/mod.ts";
import type { OutputCache, Teacher } from "../../teachers/mod.ts";
import * as torch from "../../torch/mod.ts";
import { fit } from "../../train/fit.ts";
import type { Stage } from "../../train/method.ts";
import { MetricsLog } from "../../train/metrics.ts";
import { RUN_FILES, type RunFolder } from "../../train/run_folder.ts";
import { Supervised } from "../../train/supervised.ts";
import {
  clothes,
  type FewLabels,
  fewLabels,
  type FewLabelsSizes,
  type Images,
  PIXELS,
} from "./custom_kd_data.ts";
import { linearProbe, type ProbeOptions } from "./linear_probe.ts";
import { makeMaskedImagesTeacher, type MaskedImagesRecipe } from "./masked_images.ts";
import { measure, measureModel } from "./measure.ts";
import { teacherOutputs } from "./outputs.ts";
import type { ModelResult } from "./report.ts";
import { stopped, stopwatch } from "./running.ts";
import { Standardized } from "./standardized.ts";

/** Everything that decides how the demo comes out. */
export interface CustomKdDemoConfig {
  /** Decides data, teacher and student. */
  seed: number;
  /** How many images each part of the data has. */
  sizes: FewLabelsSizes;
  /** How the teacher is made. */
  teacher: MaskedImagesRecipe;
  /** The linear classifier that shows what is in the teacher's features. */
  probe: ProbeOptions;
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
  sizes: { labelsPerClass: 10, unlabelled: 8_000, forTeacher: 24_000, validation: 2_000 },
  teacher: {
    dim: 128,
    depth: 4,
    patchSize: 7,
    hidden: 0.5,
    epochs: 5,
    batchSize: 64,
    lr: 3e-3,
  },
  probe: { steps: 300, lr: 1e-2, weightDecay: 0.1 },
  widths: [8, 16, 32],
  pretraining: { epochs: 10, repeats: 15, batchSize: 50, lr: 5e-3 },
  teaching: { epochs: 8, labelled: 32, unlabelled: 128, lr: 5e-3 },
  featureKd: { weights: { feature: 1, labelled: 1 } },
  customKd: {
    weights: { customized: 1, general: 1, labelled: 1, entropy: 0.1 },
    customization: "linear",
    lr: 5e-3,
    weightDecay: 0.01,
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
  const vit = await timed("teacher", () =>
    makeMaskedImagesTeacher(config.teacher, {
      images: images.forTeacher,
      pixels: PIXELS,
      seed,
      dependsOn: [source.name, config.sizes],
      fresh: options.fresh,
      cache: options.cache,
      metrics,
      checkpoint: folder.path("teacher.checkpoint.safetensors"),
      signal,
    }));
  if (vit === null) stopped(folder);
  const { teacher, known } = await timed("outputs", () => look(vit, images, run));
  using _known = known;

  using before = await timed("student before", () => pretrain(images, run));
  using featureKd = await timed(
    "student, feature distillation",
    () =>
      teach("feature distillation", before, images, known, run, (student) => {
        const method = new distill.FeatureKD({ student, teacher, ...config.featureKd });
        return { method, learns: { distill: method.parameters() } };
      }),
  );
  using customKd = await timed(
    "student, CustomKD",
    () =>
      teach("CustomKD", before, images, known, run, (student) => {
        const { weights, customization } = config.customKd;
        const method = new distill.CustomKD({ student, teacher, weights, customization });
        return {
          method,
          learns: {
            customize: method.customizationParameters(),
            distill: method.distillationParameters(),
          },
        };
      }),
  );
  torch.saveSafetensors(folder.path(RUN_FILES.student), customKd.stateDict(), {
    architecture: "SmallCnn",
    options: JSON.stringify({ numClasses: images.test.numClasses, widths: config.widths }),
    pixels: JSON.stringify(PIXELS),
  });

  const { labelled, test } = images;
  torch.manualSeed(seed);
  using probe = linearProbe(
    known.labelled.features,
    labelled.labels,
    test.numClasses,
    config.probe,
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
      parameters: (name === ROWS.teacher ? vit : before).numParameters(),
      accuracy: accuracy[name],
    })),
    classNames: [...test.classNames],
    datasets: test.sources.map(({ name }) => name),
    seconds,
  };
  vit.dispose();
  return result;
}

/** What the parts of a run share. */
interface Run {
  config: CustomKdDemoConfig;
  folder: RunFolder;
  metrics: MetricsLog;
  signal?: AbortSignal;
}

/** What the teacher says about the student's images as they are. */
class Known implements Disposable {
  constructor(readonly labelled: OutputCache, readonly unlabelled: OutputCache) {}

  [Symbol.dispose](): void {
    this.labelled.dispose();
    this.unlabelled.dispose();
  }
}

/** Makes a teacher with standardised features of the model, and asks it about all images of the student. */
async function look(
  model: models.SmallVit,
  images: FewLabels,
  run: Run,
): Promise<{ teacher: Teacher; known: Known }> {
  const options = { pixels: PIXELS, ...run };
  const raw = teachers.descriptive({ name: "masked images", model });
  const [unlabelled] = await teacherOutputs([raw], images.unlabelled, options);
  using _ = unlabelled;
  const standardized = new Standardized(model, unlabelled.features);
  const teacher = teachers.descriptive({ name: raw.name, model: standardized });
  const labelled = teachers.cacheOutputs(teacher, images.labelled, {
    transform: data.normalise(PIXELS.mean, PIXELS.std),
  });
  const features = standardized.standardize(unlabelled.features);
  return { teacher, known: new Known(labelled, new teachers.OutputCache(raw.name, features)) };
}

function newStudent(config: CustomKdDemoConfig, images: FewLabels): models.SmallCnn {
  torch.manualSeed(config.seed);
  return new models.SmallCnn({ numClasses: images.test.numClasses, widths: config.widths });
}

/** Shifts and mirrors images. */
function augment(): data.Transform {
  return data.compose(
    data.randomCrop(2),
    data.randomHorizontalFlip(),
    data.normalise(PIXELS.mean, PIXELS.std),
  );
}

/** Trains a student on the labelled images alone. */
async function pretrain(images: FewLabels, run: Run): Promise<models.SmallCnn> {
  const { config, folder, metrics, signal } = run;
  const { epochs, batchSize, lr } = config.pretraining;
  const student = newStudent(config, images);
  const batches = new data.Loader(images.labelled, {
    batchSize,
    shuffle: true,
    seed: config.seed,
    transform: augment(),
  });
  using optimizer = new optim.AdamW(student.parameters(), { lr, weightDecay: 0.01 });
  const { done } = await fit({
    name: "student before",
    method: new Supervised(student),
    optimizer,
    schedule: new optim.OneCycle(optimizer, { maxLr: lr, totalSteps: epochs * batches.length }),
    batches,
    epochs,
    metrics,
    checkpoint: folder.path("before.checkpoint.safetensors"),
    checkpointEvery: 1000,
    resume: true,
    signal,
  });
  if (!done) stopped(folder);
  student.eval();
  return student;
}

/** A method, and what each kind of its epochs trains. */
interface Lesson {
  method: distill.FeatureKD | distill.CustomKD;
  learns: Partial<Record<distill.CustomKDStage, torch.Tensor[]>>;
}

/** Teaches a copy of the student by a method. */
async function teach(
  name: string,
  before: models.SmallCnn,
  images: FewLabels,
  known: Known,
  run: Run,
  make: (student: models.SmallCnn) => Lesson,
): Promise<models.SmallCnn> {
  const { config, folder, metrics, signal } = run;
  const { teaching, customKd, seed } = config;
  const student = newStudent(config, images);
  student.loadStateDict(before.stateDict());
  const { method, learns } = make(student);
  using _ = method;
  const batches = data.zipLoaders(
    new data.Loader(images.labelled, {
      batchSize: teaching.labelled,
      shuffle: true,
      dropLast: true,
      seed,
      transform: augment(),
    }),
    new data.Loader(images.unlabelled, {
      batchSize: teaching.unlabelled,
      shuffle: true,
      dropLast: true,
      seed,
      transform: augment(),
    }),
  );
  const stages = Object.entries(learns).map(([stage, parameters]): Stage<PairedBatch> => {
    const { lr, weightDecay } = stage === "customize"
      ? customKd
      : { ...teaching, weightDecay: 0.01 };
    const optimizer = new optim.AdamW(parameters, { lr, weightDecay });
    return {
      name: stage,
      step: (batch) =>
        stage === "customize"
          ? (method as distill.CustomKD).customizeStep(asked(batch).labelled)
          : method instanceof distill.CustomKD
          ? method.distillStep(asked(batch))
          : method.step(asked(batch)),
      optimizer,
      schedule: new optim.OneCycle(optimizer, {
        maxLr: lr,
        totalSteps: teaching.epochs * batches.length,
      }),
      batches,
    };
  });
  const asked = ({ labelled, unlabelled }: PairedBatch) => ({
    labelled: {
      images: labelled.images,
      labels: labelled.labels,
      teacherOutputs: [known.labelled.rows(labelled.indices)],
    },
    unlabelled: {
      images: unlabelled.images,
      teacherOutputs: [known.unlabelled.rows(unlabelled.indices)],
    },
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
  return student;
}
