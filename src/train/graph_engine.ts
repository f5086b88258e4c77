/**
 * What records a card's work.
 *
 * @module
 */

import type { Device } from "../torch/mod.ts";
import * as torch from "../torch/mod.ts";
import { whileRecording } from "../torch/waits.ts";

/** Work that was recorded. */
export interface RecordedGraph extends Disposable {
  /** Has the card do it again, on the memory that it was recorded with. */
  replay(): void;
}

/** What records a card's work. */
export interface GraphEngine {
  /** Does work on the stream that will be recorded, so that libraries have set up there what they need. */
  warm<R>(work: () => R): R;
  /** Records what `body` asks of the card; nothing is computed until the first replay. */
  record<R>(body: () => R): { result: R; graph: RecordedGraph };
}

/** The part of `torch.cuda` that recording needs. */
interface CudaGraphs {
  isAvailable(): boolean;
  Stream?: new (options: { device: Device }) => CudaStream;
  stream?<R>(stream: CudaStream, body: () => R): R;
  currentStream?(device?: Device): CudaStream;
  CUDAGraph?: new (options: { device: Device }) => RecordedGraph;
  graph?<R>(graph: RecordedGraph, body: () => R, options: { stream: CudaStream }): R;
}

interface CudaStream extends Disposable {
  waitStream(other: CudaStream): void;
}

/** CUDA's graphs, or why there are none. */
export function cudaGraphs(device: Device): GraphEngine | string {
  const cuda = torch.cuda as unknown as CudaGraphs;
  if (device === "cpu") return "it computes on the processor";
  const { Stream, stream, currentStream, CUDAGraph, graph } = cuda;
  if (!Stream || !stream || !currentStream || !CUDAGraph || !graph) {
    return "this version has no graphs";
  }
  let side: CudaStream | undefined;
  return {
    warm(work) {
      side ??= new Stream({ device });
      using current = currentStream(device);
      side.waitStream(current);
      const result = stream(side, work);
      current.waitStream(side);
      return result;
    },
    record(body) {
      side ??= new Stream({ device });
      const made = new CUDAGraph({ device });
      try {
        const result = graph(made, () => whileRecording(body), { stream: side });
        return { result, graph: made };
      } catch (error) {
        made[Symbol.dispose]();
        throw error;
      }
    },
  };
}
