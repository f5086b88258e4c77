/**
 * How long one image takes a student: in libtorch, in onnxruntime-node, and in a browser with onnxruntime-web, in one
 * thread and in two. Without the view, so that all three compute the same: logits are compared first. Prints a table of
 * milliseconds over interleaved rounds: the median, and in brackets the least.
 *
 *     deno run -A tests/bench/students.ts [--rounds 15] [--threads 1,2] [RUN or NAME ...]
 *
 * RUN is the folder of a run or a file that models.save wrote, NAME one of the registry (fresh weights, which take as
 * long). Needs Chromium.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { exportOnnx } from "../../src/runs/export_onnx.ts";
import * as models from "../../src/models/mod.ts";
import type { Classifier } from "../../src/nn/classifier.ts";
import { ortRuntime } from "../../src/teachers/onnx_runtime.ts";
import { openSession, readModel } from "../../src/teachers/onnx_session.ts";
import * as torch from "../../src/torch/mod.ts";
import { BrowserOnnx, sines } from "./browser_onnx.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "15" },
    threads: { type: "string", default: "1,2" },
  },
});
const rounds = Number(values.rounds);
const threads = values.threads.split(",").map(Number);
const names = positionals.length > 0
  ? positionals
  : ["mobilenetv4_conv_small", "efficientvit_b0", "resnet18"];
/** Runs of one round: the first ones after another program had the processor are slower. */
const COUNT = 5;

/** One way to run a student. */
interface Way extends AsyncDisposable {
  /** The logits for the sines. */
  readonly logits: readonly number[];
  /** Milliseconds of so many runs. */
  run(count: number): Promise<number[]> | number[];
}

function open(name: string): Classifier {
  const model = models.has(name) ? models.create(name) as Classifier : models.load(name);
  model.eval();
  return model;
}

function inLibtorch(model: Classifier, size: number, threads: number): Way {
  const images = torch.tensor(sines(size), { shape: [1, 3, size, size] });
  const forward = () => torch.scope(() => model.forward(images).data() as Float32Array);
  const run = (count: number) =>
    torch.inferenceMode(() => {
      torch.setNumThreads(threads);
      return timed(forward, count);
    });
  const logits = [...torch.inferenceMode(forward)];
  return { logits, run, [Symbol.asyncDispose]: () => Promise.resolve(images.dispose()) };
}

async function inNode(path: string, size: number, threads: number): Promise<Way> {
  const session = openSession(await ortRuntime(), path, readModel(path), { threads });
  const dims = [1, 3, size, size];
  const feeds = { images: { type: "float32", dims, data: sines(size), location: "cpu" as const } };
  const forward = () => session.run(feeds, { logits: null }, {}).logits.data as Float32Array;
  return {
    logits: [...forward()],
    run: (count) => timed(forward, count),
    [Symbol.asyncDispose]: () => Promise.resolve(session.dispose()),
  };
}

async function inBrowser(
  browser: BrowserOnnx,
  path: string,
  size: number,
  threads: number,
): Promise<Way> {
  const key = `${threads}`;
  return {
    logits: await browser.load(key, path, threads, size),
    run: (count) => browser.run(key, count),
    [Symbol.asyncDispose]: () => browser.unload(key),
  };
}

function timed(forward: () => unknown, count: number): number[] {
  return Array.from({ length: count }, () => {
    const start = performance.now();
    forward();
    return performance.now() - start;
  });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[sorted.length - 1 >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** What each way took: the median, and the least, which other work on the machine disturbed least. */
interface Taken {
  readonly median: number;
  readonly least: number;
}

/** Measures ways in rounds that are interleaved, because a machine's speed drifts. */
async function measure(ways: readonly Way[]): Promise<Taken[]> {
  const found: number[][] = ways.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, way] of ways.entries()) {
      const times = await way.run(COUNT);
      // The first round warms up.
      if (round > 0) found[i].push(...times);
    }
  }
  return found.map((times) => ({ median: median(times), least: Math.min(...times) }));
}

/** The largest distance of logits, as a part of the largest logit. */
function distance(a: readonly number[], b: readonly number[]): number {
  const largest = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / largest;
}

const folder = await Deno.makeTempDir();
try {
  await using browser = await BrowserOnnx.open();
  console.log("| student | pixels | parameters | threads | libtorch | node | browser |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const name of names) {
    using model = open(name);
    const size = model.view?.size[0] ?? 224;
    const path = `${folder}/model.onnx`;
    await exportOnnx(model, path, { view: false });
    await using owned = new AsyncDisposableStack();
    const ways: Way[] = [];
    for (const count of threads) {
      for (
        const way of [
          inLibtorch(model, size, count),
          await inNode(path, size, count),
          await inBrowser(browser, path, size, count),
        ]
      ) ways.push(owned.use(way));
    }
    for (const { logits } of ways) {
      const apart = distance(logits, ways[0].logits);
      if (!(apart < 1e-3)) throw new Error(`The logits of ${name} differ by ${apart}.`);
    }
    const found = await measure(ways);
    const millions = (model.numParameters() / 1e6).toFixed(1);
    for (const [i, count] of threads.entries()) {
      const times = found.slice(3 * i, 3 * i + 3).map(({ median, least }) =>
        `${median.toFixed(1)} (${least.toFixed(1)})`
      );
      console.log(`| ${[name, size, `${millions} M`, count, ...times].join(" | ")} |`);
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
