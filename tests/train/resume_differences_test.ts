/**
 * A run that goes on from a checkpoint as another one: everything that decides the result, changed one at a time.
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { FormatError, ResumeError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions, FitResult } from "../../src/train/fit_options.ts";
import { Supervised } from "../../src/distill/methods/supervised.ts";
import { inFolder, test } from "../helpers.ts";
import { images } from "./trainings.ts";

/** What a run is made of; each may be changed. */
interface Setting {
  lr?: number;
  weightDecay?: number;
  betas?: [number, number];
  scheduleSteps?: number;
  schedule?: "cosine" | "none" | "custom";
  batchSize?: number;
  loaderSeed?: number;
  shuffle?: boolean;
  crop?: number;
  mean?: number;
  dataset?: (whole: data.ImageDataset) => data.ImageDataset;
  teacherSeed?: number;
  dropout?: number;
  teacherDim?: number;
  uniform?: Partial<distill.UniformOptions>;
  frozen?: boolean;
  smoothing?: number;
  method?: "uniform" | "supervised";
  fit?: Partial<FitOptions>;
}

/** Trains; stops in the middle of an epoch after `stop` steps. */
async function run(checkpoint: string, setting: Setting, stop?: number): Promise<
  FitResult & { losses: unknown; weights: unknown; lr: number; steps: number }
> {
  torch.setNumThreads(1);
  using own = new DisposableStack();
  torch.manualSeed(setting.teacherSeed ?? 99);
  const shelf = ["one", "two"].map((name) => {
    const widths = [setting.teacherDim ?? 5];
    const model = own.use(new models.Mlp({ inputs: 16, numClasses: 3, widths }));
    return teachers.predictive({ name, model });
  });
  torch.manualSeed(1);
  const { dropout = 0.3 } = setting;
  const model = own.use(new models.Mlp({ inputs: 16, numClasses: 3, widths: [8, 6], dropout }));
  if (setting.frozen) model.body.requiresGrad_(false);
  const whole = own.use(images());
  const dataset = setting.dataset?.(whole) ?? whole;
  if (dataset !== whole) own.use(dataset);
  const { batchSize = 8, loaderSeed: seed = 5, shuffle = true, crop = 1, mean = 0.5 } = setting;
  const transform = data.compose(data.randomCrop(crop), data.normalize([mean], [0.25]));
  const common = { batchSize, shuffle, seed, transform };
  const uniform = own.use(
    new distill.Uniform({ student: model, teachers: shelf, ...setting.uniform }),
  );
  const supervised = new Supervised(model, {
    labelSmoothing: setting.smoothing,
  });
  const byUniform = setting.method !== "supervised";
  const { lr = 1e-2, weightDecay = 0.05, betas } = setting;
  const params = (byUniform ? uniform : model).parameters();
  const optimizer = own.use(new optim.AdamW(params, { lr, weightDecay, ...(betas && { betas }) }));
  const kind = setting.schedule ?? "cosine";
  const schedule = kind === "none"
    ? undefined
    : kind === "custom"
    ? new optim.Schedule(optimizer, (step, lr) => step < 11 ? lr : lr / 2)
    : new optim.CosineAnnealing(optimizer, { steps: setting.scheduleSteps ?? 18 });
  const controller = new AbortController();
  let steps = 0;
  const count = () => ++steps === stop && controller.abort();
  const options = {
    epochs: 3,
    progress: false,
    checkpoint,
    resume: true,
    signal: controller.signal,
    ...setting.fit,
    optimizer,
    schedule,
  };
  let result: FitResult;
  if (byUniform) {
    const batches = new data.Loader(own.use(dataset.unlabelled({ seed: 3 })), common);
    const step = uniform.step.bind(uniform);
    uniform.step = (batch) => (count(), step(batch));
    result = await fit({ ...options, method: uniform, batches });
  } else {
    const step = supervised.step.bind(supervised);
    supervised.step = (batch) => (count(), step(batch));
    result = await fit({
      ...options,
      method: supervised,
      batches: new data.Loader(dataset, common),
    });
  }
  return {
    ...result,
    losses: result.epochs.map(({ loss }) => loss),
    weights: Object.values(model.stateDict()).map((tensor) => tensor.data()),
    lr: optimizer.lr,
    steps,
  };
}

const withCheckpoint = (work: (checkpoint: string) => Promise<void>) =>
  inFolder((folder) => work(`${folder}/checkpoint`));

/** The images with other pixels, in the same number. */
const darker = (whole: data.ImageDataset) => whole.subset(Array.from({ length: 46 }, () => 0));
const swapped = (whole: data.ImageDataset) =>
  whole.subset(Array.from({ length: 46 }, (_, i) => i === 0 ? 1 : i === 1 ? 0 : i));
const renamed = ({ images, labels }: data.ImageDataset) =>
  new data.ImageDataset({ images, labels, classNames: ["dark", "light", "gray"] });
const relabelled = ({ images, classNames }: data.ImageDataset) =>
  new data.ImageDataset({ images, labels: new Uint8Array(46), classNames });

const changes: [name: string, change: Setting, path: RegExp, base?: Setting][] = [
  ["another learning rate", { lr: 2e-2 }, /groups\.0\.initialLr: 0\.01 in .*, 0\.02 here/],
  [
    "another learning rate without a schedule",
    { lr: 2e-2, schedule: "none" },
    /groups\.0\.lr: 0\.01 in the checkpoint, 0\.02 here/,
    { schedule: "none" },
  ],
  ["another weight decay", { weightDecay: 0.1 }, /groups\.0\.weightDecay: 0\.05 in .*, 0\.1 here/],
  ["other betas", { betas: [0.8, 0.999] }, /groups\.0\.betas\.0: 0\.9 in .*, 0\.8 here/],
  ["another length of the schedule", { scheduleSteps: 30 }, /schedule\.step \d+\.groups\.0\.lr/],
  ["no schedule", { schedule: "none" }, /schedule|groups\.0\.lr/],
  ["a schedule of one's own", { schedule: "custom" }, /schedule\.step \d+\.groups\.0\.lr/],
  ["another batch size", { batchSize: 12 }, /batches\.batchSize: 8 in the checkpoint, 12 here/],
  ["another seed of the loader", { loaderSeed: 6 }, /batches\.seed: 5 in .*, 6 here/],
  ["another order", { shuffle: false }, /batches\.shuffle: true in .*, false here/],
  ["another augmentation", { crop: 2 }, /batches\.transform\.parts\.0\.padding: 1 in .*, 2 here/],
  ["another normalization", { mean: 0.4 }, /transform\.parts\.1\.mean\.0: 0\.5 in .*, 0\.4/],
  ["other images", { dataset: darker }, /batches\.dataset\.pixels/],
  ["two images swapped", { dataset: swapped }, /batches\.dataset\.pixels/],
  ["fewer images", { dataset: (d) => d.take(45) }, /batches\.dataset\.images: 46 in .*, 45 here/],
  [
    "other labels",
    { dataset: relabelled, method: "supervised" },
    /batches\.dataset\.labels/,
    { method: "supervised" },
  ],
  [
    "other class names",
    { dataset: renamed, method: "supervised" },
    /dataset\.classNames\.1: "gray" in .*, "light" here/,
    { method: "supervised" },
  ],
  [
    "another smoothing",
    { smoothing: 0.1, method: "supervised" },
    /method\.options\.labelSmoothing: 0 in .*, 0\.1 here/,
    { method: "supervised" },
  ],
  ["other teachers of the same shape", { teacherSeed: 7 }, /method\.teachers\.0\.weights/],
  ["another alpha", { uniform: { alpha1: 2 } }, /method\.options\.alpha1: 1 in .*, 2 here/],
  ["another beta", { uniform: { beta2: 0.5 } }, /method\.options\.beta2: 0\.01 in .*, 0\.5 here/],
  ["another distance", { uniform: { distance: "l1" } }, /options\.distance: "mse" in .*, "l1"/],
  ["other ties", { uniform: { featureTies: "zero" } }, /options\.featureTies: "mean" in .*/],
  ["another temperature", { uniform: { temperature: 2 } }, /options\.temperature: 1 in .*, 2 here/],
  ["another dropout", { dropout: 0.4 }, /trained\.layers\..*: "Dropout\(0\.3\)" in .*0\.4/],
  ["frozen layers", { frozen: true }, /trained\.frozen/],
  ["another seed", { fit: { seed: 4 } }, /seed: 3 in .*, 4 here/, { fit: { seed: 3 } }],
  ["another clipping", { fit: { clipNorm: 2 } }, /clipNorm: 1 in .*, 2 here/, {
    fit: { clipNorm: 1 },
  }],
  ["clipping at all", { fit: { clipNorm: 2 } }, /clipNorm: none in .*, 2 here/],
];

for (const [name, change, message, base = {}] of changes) {
  test(`resume refuses ${name}, and can go on with it`, () =>
    withCheckpoint(async (checkpoint) => {
      const stopped = await run(checkpoint, base, 6);
      assertEquals([stopped.done, stopped.step], [false, 6]);
      const before = await Deno.readFile(checkpoint);
      const error = await assertRejects(() => run(checkpoint, change), ResumeError);
      assert(message.test(error.message), error.message);
      assertStringIncludes(error.message, checkpoint);
      assert(error.differences.length > 0);
      assertEquals(await Deno.readFile(checkpoint), before);

      // With the new setting, also where an epoch is under way unless it has another length now.
      const shorter = change.batchSize === 12;
      const resume = { differences: "new" as const };
      const taken = run(checkpoint, { ...change, fit: { ...change.fit, resume } });
      if (shorter) {
        await assertRejects(() => taken, FormatError, "its stages are");
      } else {
        const { done, step } = await taken;
        assertEquals([done, step], [true, 18]);
        // From now on the run is the new one.
        await run(checkpoint, { ...change, fit: { ...change.fit, epochs: 4 } });
        await assertRejects(
          () => run(checkpoint, { ...base, fit: { ...base.fit, epochs: 5 } }),
          ResumeError,
        );
      }
    }));
}

test("what decides nothing may be another: epochs, records, devices' threads, the place", () =>
  withCheckpoint(async (checkpoint) => {
    await run(checkpoint, {}, 8);
    const elsewhere = `${checkpoint}-2`;
    await Deno.rename(checkpoint, elsewhere);
    const fit = {
      epochs: 5,
      logEvery: 3,
      checkpointEvery: 4,
      evaluateEvery: 2,
      evaluate: () => ({}),
    };
    const { done, step } = await run(elsewhere, { fit });
    assertEquals([done, step], [true, 30]);
    const shorter = await run(elsewhere, { fit: { epochs: 4 } });
    assertEquals([shorter.done, shorter.steps], [true, 0]);
  }));

test("new settings are used, old ones are put back", () =>
  withCheckpoint(async (checkpoint) => {
    await run(checkpoint, { schedule: "none" }, 6);
    const saved = await Deno.readFile(checkpoint);
    const betas: [number, number] = [0.5, 0.9];
    const other = { lr: 5e-3, weightDecay: 1, betas, schedule: "none" as const };
    const taken = async (differences: "new" | "old", setting: Setting) => {
      await Deno.writeFile(checkpoint, saved);
      return await run(checkpoint, { ...setting, fit: { resume: { differences } } });
    };
    const plain = await taken("old", { schedule: "none" });
    const old = await taken("old", other);
    const fresh = await taken("new", other);
    assertEquals([plain.lr, old.lr, fresh.lr], [1e-2, 1e-2, 5e-3]);
    assertEquals(old.weights, plain.weights);
    assert(JSON.stringify(fresh.losses) !== JSON.stringify(plain.losses));
    // The checkpoint that "old" left is one of the old run.
    await taken("old", other);
    await run(checkpoint, { schedule: "none", fit: { epochs: 4 } });
  }));

test("a rate that was lowered by what happened, and not by the step, is no difference", () =>
  withCheckpoint(async (checkpoint) => {
    using model = new models.Mlp({ inputs: 16, numClasses: 3, widths: [4] });
    using dataset = images();
    using optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.5 });
    const options = {
      method: new Supervised(model),
      optimizer,
      schedule: { step: () => {} }, // as a plateau's: only an evaluation changes the rate
      batches: new data.Loader(dataset, { batchSize: 23 }),
      checkpoint,
      resume: true,
      progress: false,
      evaluate: () => {
        optimizer.lr /= 2;
        return {};
      },
    };
    await fit({ ...options, epochs: 1 });
    await fit({ ...options, epochs: 2 });
    assertEquals(optimizer.lr, 0.025);
    // A process of its own starts from the rate that the run started from, and goes on with the lowered one.
    optimizer.lr = 0.1;
    await fit({ ...options, epochs: 3 });
    assertEquals(optimizer.lr, 0.0125);
    // With a new setting elsewhere the lowered rate stays, with a new rate it is that.
    optimizer.lr = 0.1;
    optimizer.paramGroups[0].momentum = 0.25;
    const resume = { differences: "new" as const };
    await fit({ ...options, resume, epochs: 4 });
    assertEquals([optimizer.lr, optimizer.paramGroups[0].momentum], [0.00625, 0.25]);
  }));

test("what cannot be put back is refused with the old settings too", () =>
  withCheckpoint(async (checkpoint) => {
    await run(checkpoint, {}, 6);
    const setting = { uniform: { alpha2: 0.25 }, weightDecay: 1 };
    const error = await assertRejects(
      () => run(checkpoint, { ...setting, fit: { resume: { differences: "old" } } }),
      ResumeError,
      "cannot be taken from the checkpoint",
    );
    assertEquals(error.differences, [{
      path: "method.options.alpha2",
      saved: "0.5",
      here: "0.25",
    }]);
  }));

test("a transform that draws numbers of its own leaves no trace and is no difference", () =>
  withCheckpoint(async (checkpoint) => {
    const ended: unknown[] = [];
    for (const [file, stop] of [["none", 0], ["a", 0], ["b", 2], ["b", 0]] as const) {
      torch.manualSeed(1);
      using model = new models.Mlp({ inputs: 16, numClasses: 3, widths: [4] });
      using dataset = images();
      using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const controller = new AbortController();
      let steps = 0;
      const transform = (x: torch.Tensor) =>
        torch.scope(() => x.to("float32").div(255).add(torch.randn(x.shape), { alpha: 0.1 }));
      const method = new Supervised(model);
      const step = method.step.bind(method);
      method.step = (batch) => (++steps === stop && controller.abort(), step(batch));
      await fit({
        method,
        optimizer,
        batches: new data.Loader(dataset, { batchSize: 23, transform, prefetch: 0 }),
        epochs: 2,
        seed: 3,
        progress: false,
        signal: controller.signal,
        ...(file !== "none" && { checkpoint: `${checkpoint}-${file}`, resume: true }),
      });
      if (stop === 0) ended.push(model.parameters().map((param) => param.data()));
    }
    assertEquals(ended[1], ended[0]);
    assertEquals(ended[2], ended[0]);
  }));

test("a model of another dtype is a difference", () =>
  withCheckpoint(async (checkpoint) => {
    for (const dtype of ["float32", "float64"] as const) {
      using model = new models.Mlp({ inputs: 16, numClasses: 3, widths: [4] });
      model.to(dtype);
      using dataset = images();
      using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const options = {
        method: new Supervised(model),
        optimizer,
        batches: new data.Loader(dataset, { batchSize: 23 }),
        checkpoint,
        resume: true,
        progress: false,
      };
      if (dtype === "float32") await fit({ ...options, epochs: 1 });
      else await assertRejects(() => fit({ ...options, epochs: 2 }), ResumeError, '"float64" here');
    }
  }));

test("an option that was changed by hand meanwhile is no difference", () =>
  withCheckpoint(async (checkpoint) => {
    using model = new models.Mlp({ inputs: 16, numClasses: 3, widths: [4] });
    using dataset = images();
    using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const batches = new data.Loader(dataset, { batchSize: 23 });
    const evaluate = () => {
      optimizer.lr /= 2;
      return { rate: optimizer.lr };
    };
    const options = { method: new Supervised(model), optimizer, batches };
    const more = { checkpoint, resume: true, progress: false, evaluate };
    await fit({ ...options, ...more, epochs: 2 });
    assertEquals(optimizer.lr, 0.025);
    await fit({ ...options, ...more, epochs: 3 });
    assertEquals(optimizer.lr, 0.0125);
    optimizer.lr = 0.7;
    await assertRejects(() => fit({ ...options, ...more, epochs: 4 }), ResumeError, "0.7 here");
    assertEquals(optimizer.lr, 0.7);
  }));

test("a checkpoint of before, without what decided its run, still loads", () =>
  withCheckpoint(async (checkpoint) => {
    await run(checkpoint, {}, 6);
    torch.scope(() => {
      const { spec: _, ...metadata } = torch.loadSafetensorsMetadata(checkpoint);
      const tensors = torch.loadSafetensors(checkpoint);
      for (const name in tensors) { // came later too
        if (
          /\/(lastAccount|account)\.(ties|class_ties|alike|turnouts|shuffled|warned)/.test(name)
        ) {
          delete tensors[name];
        }
      }
      torch.saveSafetensors(checkpoint, tensors, { ...metadata, version: "1" });
    });
    const { done, steps } = await run(checkpoint, {});
    assertEquals([done, steps], [true, 12]);
  }));

test("teachers and preprocessing that are functions are known by what they say", async () => {
  await withCheckpoint(async (checkpoint) => {
    using dataset = images();
    using unlabelled = dataset.unlabelled({ seed: 3 });
    torch.manualSeed(99);
    using inner = new models.Mlp({ inputs: 16, numClasses: 3, widths: [5] });
    const train = async (
      epochs: number,
      features: (x: torch.Tensor) => torch.Tensor,
      factor = 1,
    ) => {
      torch.manualSeed(1);
      using own = new DisposableStack();
      const student = own.use(new models.Mlp({ inputs: 16, numClasses: 3, widths: [8] }));
      const shelf = [
        teachers.descriptive({ name: "function", features, featureDim: 16 }),
        teachers.descriptive({ name: "scaled", model: inner, preprocess: (x) => x.mul(factor) }),
      ];
      const options = { student, teachers: shelf, alpha1: 0, alpha2: 0 };
      const method = own.use(new distill.Uniform(options));
      const batches = new data.Loader(unlabelled, { batchSize: 8, shuffle: true, seed: 5 });
      const optimizer = own.use(new optim.SGD(method.parameters(), { lr: 0.01 }));
      return await fit({
        ...{ method, optimizer, batches, epochs, checkpoint },
        ...{ resume: true, progress: false },
      });
    };
    const pixels = (x: torch.Tensor) => x.flatten(1);
    await train(1, pixels);
    const said = async (work: Promise<unknown>) =>
      (await assertRejects(() => work, ResumeError)).message;
    const other = await said(train(2, (x) => x.flatten(1).flip([1])));
    assertStringIncludes(other, "method.teachers.0.says.features.");
    assert(!other.includes("method.teachers.1."), other);
    assertStringIncludes(await said(train(2, pixels, 2)), "method.teachers.1.says.features.");
    assert((await train(2, (images) => images.reshape([-1, 16]))).done);
  });
});

test("stages of one name: each goes on with its own new options", async () => {
  await withCheckpoint(async (checkpoint) => {
    using dataset = images();
    using model = new models.Mlp({ inputs: 16, numClasses: 3, widths: [8] });
    const method = new Supervised(model);
    const batches = new data.Loader(dataset, { batchSize: 23 });
    const step = (batch: data.LabelledBatch) => method.step(batch);
    const train = async (epochs: number, lr: number, differences: "error" | "new") => {
      using first = new optim.SGD(model.parameters(), { lr: 0.1 });
      using second = new optim.SGD(model.parameters(), { lr });
      const stages = [first, second].map((optimizer) => ({ name: "x", step, optimizer, batches }));
      await fit({ method, stages, epochs, checkpoint, resume: { differences }, progress: false });
      return [first.lr, second.lr];
    };
    await train(2, 0.2, "error");
    const error = await assertRejects(() => train(4, 0.3, "error"), ResumeError);
    assertStringIncludes(
      error.message,
      "stages.x (2).optimizer.groups.0.lr: 0.2 in the checkpoint",
    );
    assertEquals(await train(4, 0.3, "new"), [0.1, 0.3]);
  });
});
