/**
 * What a run's costs are called, in tables and in the picture.
 *
 * @module
 */

import type { Engine, Latency, ModelCosts } from "./costs.ts";

/** How engines are called in tables. */
const ENGINES: Record<Engine, string> = { libtorch: "libtorch", onnxruntime: "ONNX Runtime" };

/** How long a model takes where it was measured so. */
export function latencyIn(
  { latencies }: ModelCosts,
  cell: Pick<Latency, "engine" | "batch" | "threads">,
): Latency | undefined {
  return latencies.find(({ engine, batch, threads }) =>
    engine === cell.engine && batch === cell.batch && threads === cell.threads
  );
}

/** A number of threads in words. */
export function threadsText(threads: number): string {
  return threads === 1 ? "one thread" : `${threads} threads`;
}

/** What an engine is called. */
export function engineText(engine: Engine): string {
  return ENGINES[engine];
}

/** Milliseconds with so many significant digits, and all before the point. */
export function msText(ms: number, digits = 3): string {
  return ms >= 10 ** (digits - 1) ? ms.toFixed(0) : ms.toPrecision(digits);
}
