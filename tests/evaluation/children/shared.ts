/** Evaluates by itself, then in shares, and prints what comes of both. */

import { DistributedError } from "../../../src/base/errors.ts";
import * as data from "../../../src/data/mod.ts";
import * as evaluation from "../../../src/evaluation/mod.ts";
import * as nn from "../../../src/nn/mod.ts";
import * as torch from "../../../src/torch/mod.ts";

const IMAGES = 50;
const before = torch.memory().tensors;
const [task] = Deno.args;
const rank = Number(Deno.env.get("RANK"));

/** The images that were read since this was emptied. */
const read = new Set<number>();

/** Images that are read one by one, but for one of them. */
function samples(length = IMAGES, unreadable = -1): data.LabelledSamples {
  return data.labelledSamples({
    name: "samples",
    length,
    imageShape: [1, 8, 8],
    classNames: [..."vwxyz"],
    get: async (index) => {
      await Promise.resolve();
      read.add(index);
      if (index === unreadable) throw new Error(`image ${index} is cut off`);
      const label = index * 7 % 5;
      const pixels = Uint8Array.from(
        { length: 64 },
        (_, i) =>
          (Math.abs(Math.sin(index * 64 + i) * 43758) % 1) * 150 + (i % 5 === label ? 90 : 0),
      );
      return { pixels, label };
    },
  });
}

/** A model with batch norm and dropout, whose weights are the same in all processes. */
class Net extends nn.Classifier {
  readonly body = new nn.Sequential(
    new nn.Conv2d(1, 6, 3, { stride: 2 }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.Dropout(0.5),
    new nn.Flatten(),
  );
  override readonly head = new nn.Linear(54, 5);
  override readonly featureDim = 54;
  override readonly numClasses = 5;
  override features(x: torch.Tensor): torch.Tensor {
    return this.body.forward(x);
  }
}

torch.manualSeed(1);
using model = new Net();
model.view = { size: [8, 8], mean: [0.4], std: [0.2] };
const dataset = samples();
using held = torch.scope(() =>
  new data.ImageDataset({
    images: torch.randint(0, 256, [IMAGES, 1, 8, 8], { dtype: "uint8" }),
    labels: Array.from({ length: IMAGES }, (_, i) => i % 5),
    classNames: [..."vwxyz"],
  })
);
const of = Array.from({ length: IMAGES }, (_, i) => i % 3);
const domains = { names: ["photo", "sketch", "none"], of: of.map((i) => i === 2 ? 0 : i) };
const shuffled = () =>
  new data.Loader(dataset, {
    batchSize: 8,
    shuffle: true,
    dropLast: true,
    seed: 5,
    transform: data.randomCrop(2),
    prefetch: 1,
  });
/** Scores that lie in memory column by column, one of them no number. */
const strided = (x: torch.Tensor) => x.flatten(1).narrow(1, 3, 5).t().contiguous().t().mul(7).log();
const half = (x: torch.Tensor) => x.flatten(1).narrow(1, 0, 5).to("bfloat16");

const progress: number[] = [];

/** What is asked, by name; numbers that are none are null. */
const questions: Record<string, () => Promise<unknown>> = {
  async all() {
    const topK = [1, 2, 3];
    const onProgress = (done: number) => void progress.push(done);
    return await evaluation.evaluate(model, dataset, { batchSize: 8, topK, domains, onProgress });
  },
  async loader() {
    model.to("float64");
    try {
      return await evaluation.evaluate(model, shuffled(), { domains });
    } finally {
      model.to("float32");
    }
  },
  /** A loader of a share of each batch, as training has it, is looked at as the whole. */
  sharedLoader() {
    const { getRank, getWorldSize } = torch.distributed;
    const loader = new data.Loader(dataset, { batchSize: 12, shuffle: true });
    const share = { rank: getRank(), size: getWorldSize() };
    return evaluation.evaluate(model, loader.share(share));
  },
  fewerBatches: () => evaluation.evaluate(model, held, { batchSize: 100 }),
  strided: () => evaluation.evaluate(strided, held, { batchSize: 4 }),
  half: () => evaluation.evaluate(half, held, { batchSize: 7 }),
  async features() {
    using found = await evaluation.featuresOf(model, dataset, { batchSize: 8 });
    return [
      found.features.dtype,
      found.features.toArray(),
      Array.from(found.labels.data(), Number),
    ];
  },
  quality: () =>
    evaluation.featureQuality(model, {
      known: samples(30),
      test: dataset,
      batchSize: 6,
      knn: { k: 3 },
      probe: { l2: 0.01 },
    }),
};

/** What every process looks at whole: batches that are no loader's, and where it is told to. */
const whole: Record<string, () => Promise<unknown>> = {
  iterable() {
    const loader = new data.Loader(dataset, { batchSize: 8 });
    return evaluation.evaluate(model, { epoch: (epoch) => loader.epoch(epoch) });
  },
  unshared: () => evaluation.evaluate(model, dataset, { batchSize: 8, shared: false }),
};

/** Answers with what is read for each, and what progress was told. */
async function answer(asked: typeof questions) {
  const answers: Record<string, unknown> = {};
  const reads: Record<string, number[]> = {};
  for (const [name, ask] of Object.entries(asked)) {
    read.clear();
    answers[name] = await ask();
    reads[name] = [...read].sort((a, b) => a - b);
  }
  return { answers, reads, progress: progress.splice(0) };
}

interface Ending {
  readonly name: string;
  readonly message: string;
  readonly blamed?: number | null;
  readonly own?: boolean;
}

/** How something ends. */
async function ending(work: Promise<unknown>, own?: Error): Promise<Ending | null> {
  try {
    await work;
    return null;
  } catch (error) {
    const { name, message } = error as Error;
    return {
      name,
      message,
      ...(error instanceof DistributedError && { blamed: error.rank }),
      ...(own && { own: error === own }),
    };
  }
}

async function stops() {
  const own = new Error("enough");
  const controller = new AbortController();
  const onProgress = () => void (rank === 1 && controller.abort(own));
  const { signal } = controller;
  const options = { batchSize: 8, onProgress, signal };
  const stopped = await ending(evaluation.evaluate(model, dataset, options), own);
  const broken = samples(IMAGES, 10);
  using bare = held.unlabelled();
  const other = samples(rank === 1 ? 40 : IMAGES);
  return {
    stopped,
    early: await ending(evaluation.featuresOf(model, dataset, { signal }), own),
    unreadable: await ending(evaluation.evaluate(model, broken, { batchSize: 8 })),
    others: await ending(evaluation.evaluate(model, other, { batchSize: 8 })),
    unlabelled: await ending(evaluation.featuresOf(model, bare as never, { batchSize: 8 })),
  };
}

async function compare() {
  const alone = await answer({ ...questions, ...whole });
  return await torch.distributed.withProcessGroup({ timeout: 30 }, async () => ({
    alone,
    shared: await answer({ ...questions, ...whole }),
    stops: await stops(),
    again: (await answer({ all: questions.all })).answers,
  }));
}

/** Nobody catches what one process alone sees. */
async function fail() {
  const broken = samples(IMAGES, 10);
  return await ending(torch.distributed.withProcessGroup(
    { timeout: 30 },
    () => evaluation.evaluate(model, broken, { batchSize: 8 }),
  ));
}

const start = performance.now();
const found = await (task === "fail" ? fail() : compare());
const seconds = (performance.now() - start) / 1000;
model.dispose();
held.dispose();
const left = torch.memory().tensors - before;
console.log(JSON.stringify({ found, left, seconds }));
