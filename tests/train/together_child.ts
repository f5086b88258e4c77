/**
 * Trainings by `fit`, alone or as one of several processes; the last line is what they came to. The one argument is JSON: a list
 * of which method, dtype, and options of `fit`.
 */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import type { MetricRecord } from "../../src/report/metrics.ts";

/** What is trained, and how. */
export interface Asked {
  readonly method: "Uniform" | "CustomKD";
  readonly dtype: "float32" | "float64";
  readonly epochs: number;
  readonly checkpoint?: string;
  readonly resume?: boolean;
  /** Aborts after so many steps of rank 0. */
  readonly stop?: number;
  /** A rank that has another learning rate than the rest. */
  readonly odd?: number;
  /** A rank that has other images than the rest. */
  readonly other?: number;
  /** A rank that ends itself at a step of its own. */
  readonly kill?: readonly [rank: number, step: number];
}

/** What it came to. */
export interface Came {
  readonly rank: number;
  readonly step: number;
  readonly done: boolean;
  readonly records: readonly MetricRecord[];
  /** All of the method's state, one after the other. */
  readonly state: readonly number[];
  /** The tensors that are left over. */
  readonly left: number;
}

const all: readonly Asked[] = JSON.parse(Deno.args[0]);
const { distributed } = torch;
const CLASSES = 3;

function images(count: number, seed: number): data.ImageDataset {
  let state = seed;
  const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (state >> 16) % 128 + 60 * (Math.floor(i / 64) % CLASSES);
  });
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES);
  return torch.scope(() =>
    new data.ImageDataset({
      images: torch.tensor(pixels, { shape: [count, 1, 8, 8] }),
      labels,
      classNames: ["dark", "gray", "light"],
    })
  );
}

function student(asked: Asked, widths: number[]): models.SmallCnn {
  // Without a view: that would give float32.
  return new models.SmallCnn({ channels: 1, numClasses: CLASSES, widths }).to(asked.dtype);
}

async function train(asked: Asked, rank: number): Promise<Came> {
  const before = torch.memory().tensors;
  const come = await torch.scope(async () => {
    torch.manualSeed(5);
    using made = new DisposableStack();
    const whole = made.use(images(46, asked.other === rank ? 54321 : 12345));
    const rest = made.use(whole.unlabelled());
    const crop = data.randomCrop(1);
    const options = {
      batchSize: 8,
      shuffle: true,
      seed: 2,
      transform: (pixels: torch.Tensor, random: data.ImageRandom) =>
        crop(pixels, random).to({ dtype: asked.dtype }).div(255),
    };
    const names = ["one", "two", "three"];
    const who = names.map((name, i) => {
      const model = student(asked, [3 + i, 5 + i]);
      made.defer(() => model.dispose());
      return i === 2 ? teachers.descriptive({ name, model }) : teachers.predictive({ name, model });
    });
    const learner = student(asked, [4, 6]);
    made.defer(() => learner.dispose());
    const isUniform = asked.method === "Uniform";
    const method = isUniform
      ? new distill.Uniform({ student: learner, teachers: who })
      : new distill.CustomKD({ student: learner, teacher: who[0] });
    made.defer(() => method.dispose());
    const few = new data.Loader(whole, { ...options, batchSize: 4 });
    const many = new data.Loader(rest, options);
    const records: MetricRecord[] = [];
    const metrics = {
      log: (record: MetricRecord) => void records.push(record),
      retain: () => {},
      flush: () => {},
      close: () => {},
      [Symbol.dispose]: () => {},
    };
    const aborting = new AbortController();
    const step = method.step.bind(method) as (...given: unknown[]) => distill.StepResult;
    let steps = 0;
    method.step = ((...given: unknown[]) => {
      steps++;
      if (rank === 0 && steps === asked.stop) aborting.abort();
      if (asked.kill?.[0] === rank && steps === asked.kill[1]) Deno.kill(Deno.pid, "SIGKILL");
      return step(...given);
    }) as typeof method.step;
    const lr = asked.odd === rank ? 0.02 : 0.01;
    const optimizer = (params: torch.Tensor[]) => new optim.AdamW(params, { lr });
    const result = await fit({
      method: method as distill.CustomKD,
      optimizers: Object.fromEntries(method.stages.map(({ name }) => [name, optimizer])) as never,
      batches: (isUniform ? many : data.zipLoaders(few, many)) as data.MixedLoader,
      epochs: asked.epochs,
      seed: 1,
      clipNorm: 0.5,
      accumulate: 2,
      ema: { decay: 0.9 },
      checkpoint: asked.checkpoint,
      checkpointEvery: 2,
      resume: asked.resume,
      signal: aborting.signal,
      logEvery: 3,
      progress: false,
      metrics,
      evaluate: () => ({ bias: torch.scope(() => learner.head.bias!.sum().item()) }),
    });
    const state = Object.values(method.stateDict()).flatMap((tensor) =>
      torch.scope(() => Array.from(tensor.detach().to("float64").flatten().data(), Number))
    );
    const plain = records.map(({ seconds: _, ...record }) => record);
    return { rank, step: result.step, done: result.done, records: plain, state };
  });
  return { ...come, left: torch.memory().tensors - before };
}

async function work(rank: number): Promise<Came[]> {
  const came: Came[] = [];
  for (const asked of all) came.push(await train(asked, rank));
  return came;
}

const came = distributed.isLaunched()
  ? await distributed.withProcessGroup({ timeout: 20 }, ({ rank }) => work(rank))
  : await work(0);
console.log(JSON.stringify(came));
