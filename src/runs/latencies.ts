/**
 * How long the models of a run take, in libtorch and in ONNX Runtime.
 *
 * @module
 */

import { join } from "node:path";
import { writeOnnx } from "../export/onnx/write_onnx.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import type { Classifier } from "../nn/classifier.ts";
import { type OrtRuntime, ortRuntime } from "../teachers/onnx_runtime.ts";
import { OnnxSpeed } from "../teachers/onnx_speed.ts";
import * as torch from "../torch/mod.ts";
import type { CostedModel } from "./costed_models.ts";
import type { Engine } from "./costs.ts";
import { timeByTurns, type Timed } from "./time_by_turns.ts";

/** One measurement: the milliseconds of each call, or in words why there are none. */
export interface Measurement {
  readonly engine: Engine;
  readonly batch: number;
  readonly threads: number;
  readonly times: readonly number[] | string;
}

/** How models are timed. */
export interface LatencyOptions {
  /** How many images at once, ascending. */
  readonly batches: readonly number[];
  /** With how many threads. */
  readonly threads: readonly number[];
  /** The most seconds for one measurement. */
  readonly budget: number;
  /** Stops between two calls. */
  readonly signal?: AbortSignal;
  /** Told what comes next. */
  readonly onStep?: (step: string) => void;
}

/** Something that can be timed at several batch sizes, or in words why it cannot. */
type Runner =
  | { readonly run: (batch: number) => () => void; readonly fixed?: number | null }
  | string;

/**
 * Measures models side by side: all of them by turns in libtorch, then all in ONNX Runtime, for each number of threads.
 *
 * @returns For each model all of its measurements.
 */
export async function measureLatencies(
  models: readonly CostedModel[],
  options: LatencyOptions,
): Promise<Measurement[][]> {
  const found = models.map((): Measurement[] => []);
  const before = torch.getNumThreads();
  try {
    for (const threads of options.threads) {
      options.onStep?.(`libtorch, ${threadsText(threads)}`);
      torch.setNumThreads(threads);
      using images = new DisposableStack();
      const runners = models.map((model) => inLibtorch(model, images));
      await measure("libtorch", threads, runners, options, found);
    }
  } finally {
    torch.setNumThreads(before);
  }
  await inOnnxRuntime(models, options, found);
  return found;
}

function threadsText(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

/** Measures all that can be, at every batch size. */
async function measure(
  engine: Engine,
  threads: number,
  runners: readonly Runner[],
  { batches, budget, signal }: LatencyOptions,
  found: readonly Measurement[][],
): Promise<void> {
  const all: Timed[] = [];
  const places: { model: number; batch: number; at: number | string }[] = [];
  for (const [model, runner] of runners.entries()) {
    let like: Timed["like"];
    for (const [i, batch] of batches.entries()) {
      let at: number | string;
      if (typeof runner === "string") at = runner;
      else if (runner.fixed && runner.fixed !== batch) {
        at = `the model takes ${runner.fixed} at once, no more and no less`;
      } else {
        at = all.length;
        all.push({ call: lazily(() => runner.run(batch)), like });
        like = { index: at, times: (batches[i + 1] ?? batch) / batch };
      }
      places.push({ model, batch, at });
    }
  }
  const times = await timeByTurns(all, { budget, signal });
  for (const { model, batch, at } of places) {
    found[model].push({ engine, batch, threads, times: typeof at === "string" ? at : times[at] });
  }
}

/** Makes what is called when it is first called: images for work that is left out are never made. */
function lazily(make: () => () => void): () => void {
  let made: (() => void) | undefined;
  return () => (made ??= make())();
}

function inLibtorch({ forward, dtype, size }: CostedModel, images: DisposableStack): Runner {
  if (typeof forward === "string") return forward;
  const { imageShape } = size;
  if (imageShape === null) return "it is not known how large its images are";
  const run = (batch: number) => {
    const shape = [batch, ...imageShape];
    const count = shape.reduce((product, size) => product * size, 1);
    const made = images.use(
      torch.scope(() => torch.linspace(-2, 2, count).reshape(shape).to(dtype)),
    );
    return () => forward(made);
  };
  return { run };
}

async function inOnnxRuntime(
  models: readonly CostedModel[],
  options: LatencyOptions,
  found: readonly Measurement[][],
): Promise<void> {
  const runtime = await ortRuntime().catch(reasonOf);
  const folder = await Deno.makeTempDir({ prefix: "apprentice-onnx-" });
  try {
    const paths: ({ path: string } | string)[] = [];
    if (typeof runtime !== "string") options.onStep?.("writing ONNX models");
    for (const [i, { onnx }] of models.entries()) {
      options.signal?.throwIfAborted();
      paths.push(
        typeof runtime === "string"
          ? runtime
          : typeof onnx === "string" || "path" in onnx
          ? onnx
          : await written(onnx.network, join(folder, `${i}.onnx`)),
      );
    }
    for (const threads of options.threads) {
      options.onStep?.(`ONNX Runtime, ${threadsText(threads)}`);
      using sessions = new DisposableStack();
      const runners = models.map(({ size }, i) =>
        opened(runtime as OrtRuntime, paths[i], threads, size.imageShape, sessions)
      );
      await measure("onnxruntime", threads, runners, options, found);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function written(
  network: Classifier,
  path: string,
): Promise<{ path: string } | string> {
  try {
    // The same work as in libtorch: from images as it wants them to its logits.
    await writeOnnx(network, path, { view: false, features: false });
    return { path };
  } catch (error) {
    return `it cannot be written as ONNX: ${reasonOf(error)}`;
  }
}

function opened(
  runtime: OrtRuntime,
  found: { path: string } | string,
  threads: number,
  imageShape: CostedModel["size"]["imageShape"],
  sessions: DisposableStack,
): Runner {
  if (typeof found === "string") return found;
  try {
    const imageSize = imageShape === null ? undefined : [imageShape[1], imageShape[2]] as const;
    const model = sessions.use(new OnnxSpeed(runtime, found.path, { threads, imageSize }));
    if (imageShape !== null && String(model.imageShape) !== String(imageShape)) {
      return `as ONNX it takes images of ${model.imageShape.join(" × ")}, not ${
        imageShape.join(" × ")
      }`;
    }
    return { run: (batch) => model.runner(batch), fixed: model.batch };
  } catch (error) {
    return reasonOf(error);
  }
}

/** What went wrong, in words; what Deno was not allowed to do is thrown. */
function reasonOf(error: unknown): string {
  if (isNotAllowed(error) || !(error instanceof Error)) throw error;
  return error.message;
}
