/** Many small batches teach like a large one. */

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { MetricsLog, readMetrics } from "../../src/report/metrics.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit_options.ts";
import { SmallNet } from "../distill/nets.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { BATCHES, images, type Kind, stateOf, training } from "./trainings.ts";

interface Setting extends Partial<FitOptions> {
  batchSize: number;
  kind?: "sgd" | "adamw";
  method?: "supervised" | "uniform" | "mixed";
  /** Only so many of the images. */
  count?: number;
}

/** Trains a model without dropout and without batch statistics; its parameters at the end. */
async function run({ batchSize, kind = "sgd", method: which, count = 46, ...options }: Setting) {
  torch.setNumThreads(1);
  using own = new DisposableStack();
  torch.manualSeed(4);
  const model = own.use(new SmallNet(16, 8, 3));
  const whole = own.use(images());
  const dataset = own.use(whole.take(count));
  torch.manualSeed(5);
  const master = own.use(new SmallNet(16, 7, 3));
  const teacher = teachers.predictive({ name: "one", model: master });
  const how = { batchSize, shuffle: true, seed: 3, device };
  const labelled = new data.Loader(dataset, how);
  const unlabelled = new data.Loader(own.use(dataset.unlabelled({ seed: 1 })), how);
  const optimizer = (params: torch.Tensor[]) =>
    kind === "sgd"
      ? new optim.SGD(params, { lr: 0.2, momentum: 0.9 })
      : new optim.AdamW(params, { lr: 1e-2 });
  const common = { epochs: 1, progress: false, ...options, optimizer };
  torch.manualSeed(6);
  const uniform = own.use(new distill.Uniform({ student: model, teachers: [teacher] }));
  const feature = own.use(
    new distill.FitNet({ student: model, teachers: [teacher], feature: 1, kd: 0 }),
  );
  const result = which === "uniform"
    ? await fit({ ...common, method: uniform, batches: unlabelled })
    : which === "mixed"
    ? await fit({ ...common, method: feature, batches: data.zipLoaders(labelled, unlabelled) })
    : await fit({ ...common, method: new distill.Supervised(model), batches: labelled });
  return { ...result, weights: model.parameters().map((param) => param.toArray()) };
}

const close = { rtol: 0, atol: 1e-6 };

for (const kind of ["sgd", "adamw"] as const) {
  test(`4 batches of 8 teach like one of 32, with ${kind}`, async () => {
    const options = { kind, epochs: 3, count: 32 };
    const [one, four] = [
      await run({ ...options, batchSize: 32 }),
      await run({ ...options, batchSize: 8, accumulate: 4 }),
    ];
    assertEquals([one.step, four.step], [3, 3]);
    assertClose(four.weights as number[][], one.weights as number[][], close);
    const other = await run({ ...options, batchSize: 8 });
    assertEquals(other.step, 12);
    assertNotEquals(other.weights, one.weights);
    // The mean of the batches' losses is that of the images.
    assertClose(
      four.epochs.map(({ loss }) => loss as number),
      one.epochs.map(({ loss }) => loss as number),
    );
  });
}

test("an incomplete last group and a smaller last batch count by their images", async () => {
  // 46 images in batches of 8, 8, 8, 8, 8 and 6: groups of 32 and 14 images, as batches of 32 and 14 are.
  const [large, small] = [
    await run({ batchSize: 32, epochs: 3 }),
    await run({ batchSize: 8, epochs: 3, accumulate: 4 }),
  ];
  assertEquals([large.step, small.step], [6, 6]);
  assertClose(small.weights as number[][], large.weights as number[][], close);
  // A group may be more than an epoch, whose batches it then is, and nothing of the next one.
  const [all, more] = [
    await run({ batchSize: 46, epochs: 3 }),
    await run({ batchSize: 8, epochs: 3, accumulate: 100 }),
  ];
  assertEquals(more.step, 3);
  assertClose(more.weights as number[][], all.weights as number[][], close);
});

for (const method of ["uniform", "mixed"] as const) {
  test(`accumulated, ${method} is what it is in large batches`, async () => {
    const options = { method, epochs: 3, count: 32 };
    const one = await run({ ...options, batchSize: 32 });
    const four = await run({ ...options, batchSize: 8, accumulate: 4 });
    assertEquals(four.step, one.step);
    assertClose(four.weights as number[][], one.weights as number[][], close);
  });
}

test("gradients are clipped when they are those of all images", async () => {
  const options = { epochs: 2, clipNorm: 0.05, count: 32 };
  const one = await run({ ...options, batchSize: 32 });
  const four = await run({ ...options, batchSize: 8, accumulate: 4 });
  assertClose(four.weights as number[][], one.weights as number[][], close);
  const free = await run({ ...options, clipNorm: undefined, batchSize: 32 });
  assertNotEquals(free.weights, one.weights);
});

test("steps are counted by groups: in records, in the result and in the checkpoint", () =>
  inFolder(async (folder) => {
    using metrics = new MetricsLog(`${folder}/metrics.jsonl`);
    const checkpoint = `${folder}/checkpoint`;
    const rates: number[] = [];
    const controller = new AbortController();
    using made = training("adamw");
    made.onStep = (batch) => {
      rates.push(made.optimizers[0].lr);
      if (batch === 10) controller.abort();
    };
    const { step, done } = await made.fit({
      epochs: 3,
      accumulate: 4,
      logEvery: 1,
      metrics,
      checkpoint,
      checkpointEvery: 1,
      signal: controller.signal,
      progress: false,
    });
    // Epochs of 6 batches are groups of 4 and 2; stopped in the second epoch's first group, which is finished.
    assertEquals([step, done], [3, false]);
    assertEquals(made.optimizers[0].lr, rates[9]);
    const { position } = torch.loadSafetensorsMetadata(checkpoint);
    const { epoch, batch, step: at, stageSteps } = JSON.parse(position);
    assertEquals([epoch, batch, at, stageSteps], [1, 4, 3, [3]]);
    const steps = readMetrics(metrics.path).filter(({ event }) => event === "steps");
    assertEquals(steps.map(({ step, epoch }) => [step, epoch]), [[1, 1], [2, 1], [3, 2]]);
    // One rate for all batches of a group.
    const groups = [rates.slice(0, 4), rates.slice(4, 6), rates.slice(6, 10)];
    assertEquals(groups.map((group) => new Set(group).size), [1, 1, 1]);
    assertEquals(new Set(rates).size, 3);
  }));

for (const kind of ["adamw", "sgd", "stages", "uniform"] as Kind[]) {
  test(`${kind}: stopped in the middle of a group, a run goes on to the same numbers`, () =>
    inFolder(async (folder) => {
      const part = async (name: string, stop: number, seed: number, how: "abort" | "crash") => {
        using made = training(kind, seed);
        const controller = new AbortController();
        made.onStep = (batch) => {
          if (batch !== stop) return;
          if (how === "crash") throw new RangeError("a crash");
          controller.abort();
        };
        const result = await made.fit({
          epochs: 3,
          seed: 11,
          accumulate: 4,
          checkpoint: `${folder}/${name}`,
          checkpointEvery: 1,
          resume: true,
          signal: controller.signal,
          progress: false,
        }).catch((error): undefined => void assertEquals(error.message, "a crash"));
        const losses = result?.epochs.map(({ seconds: _, ...rest }) => rest);
        return { losses, step: result?.step, state: stateOf(made) };
      };
      const whole = await part("whole", 0, 1, "abort");
      for (const how of ["abort", "crash"] as const) {
        // In the first group, at its end, in the incomplete last one, in the next epoch.
        for (const stop of [2, 4, 5, 6, 8]) {
          const name = `${how}${stop}`;
          const first = await part(name, stop, 1, how);
          if (how === "abort") {
            const ended = stop <= 4 ? 1 : stop <= BATCHES ? 2 : 3;
            assertEquals(first.step, ended);
          }
          // Before the first checkpoint there is nothing to go on from.
          const seed = how === "crash" && stop <= 4 ? 1 : 2;
          assertEquals(await part(name, 0, seed, how), whole, `${how} at batch ${stop}`);
        }
      }
    }));
}

test("a run that accumulates is not continued as one that does not", () =>
  inFolder(async (folder) => {
    const options = {
      epochs: 1,
      checkpoint: `${folder}/checkpoint`,
      resume: true,
      progress: false,
    };
    using made = training("sgd");
    await made.fit({ ...options, accumulate: 2 });
    using other = training("sgd");
    const error = await assertRejects(() => other.fit({ ...options, epochs: 2 }), Error);
    assert(error.message.includes("accumulate: 2 in the checkpoint"), error.message);
  }));

test("what cannot be used is refused", async () => {
  using made = training("sgd");
  for (const accumulate of [0, -1, 1.5, NaN]) {
    await assertRejects(
      () => made.fit({ epochs: 1, accumulate, progress: false }),
      ArgumentError,
      `accumulate is a whole number of at least 1, got ${accumulate}`,
    );
  }
  // Batches whose images nobody can count.
  using model = new SmallNet(16, 4, 3);
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const batches = {
    length: 2,
    *epoch(): Generator<Disposable> {
      for (let i = 0; i < 2; i++) yield { [Symbol.dispose]() {} };
    },
  };
  const method = {
    step: () => ({
      loss: model.forward(torch.ones([2, 16], { device })).pow(2).mean(),
      terms: {},
    }),
    train: () => {},
    stateDict: () => model.stateDict(),
    loadStateDict: () => {},
  };
  const options = { method, optimizer, batches, epochs: 1, progress: false };
  await assertRejects(() => fit({ ...options, accumulate: 2 }), ArgumentError, "how many it has");
  assertEquals((await fit(options)).step, 2);
});

test("images that cannot be read in the middle of a group cost no work", () =>
  inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    const part = async (failAt: number, name = checkpoint, seed = 1) => {
      torch.setNumThreads(1);
      torch.manualSeed(seed);
      using own = new DisposableStack();
      const model = own.use(
        new models.Mlp({ inputs: 16, numClasses: 3, widths: [8], dropout: 0.3 }),
      );
      model.to(device);
      const loader = new data.Loader(own.use(images()), { batchSize: 8, shuffle: true, device });
      let made = 0;
      const batches = {
        length: loader.length,
        async *epoch(epoch: number, options?: { from?: number }) {
          for await (const batch of loader.epoch(epoch, options)) {
            if (++made === failAt) {
              batch.dispose();
              throw new RangeError("no such photograph");
            }
            yield batch;
          }
        },
      };
      const result = await fit({
        method: new distill.Supervised(model),
        optimizer: (params) => new optim.AdamW(params, { lr: 1e-2 }),
        batches,
        epochs: 2,
        seed: 8,
        accumulate: 4,
        checkpoint: name,
        resume: true,
        progress: false,
      }).catch((error): undefined => void assertEquals(error.message, "no such photograph"));
      const losses = result?.epochs.map(({ loss }) => loss);
      return { step: result?.step, losses, weights: model.parameters().map((p) => p.toArray()) };
    };
    const whole = await part(0, `${folder}/whole`);
    assertEquals(whole.step, 4);
    // In a later group of the first epoch, in the middle of one, and in the second epoch.
    for (const failAt of [6, 8, 9, 12]) {
      const name = `${folder}/${failAt}`;
      await part(failAt, name);
      const { position } = torch.loadSafetensorsMetadata(name);
      const steps = failAt <= 6 ? 1 : failAt <= 10 ? 2 : 3;
      assertEquals(JSON.parse(position).step, steps, `failed at ${failAt}`);
      assertEquals(await part(0, name, 2), whole, `failed at ${failAt}`);
    }
  }));
