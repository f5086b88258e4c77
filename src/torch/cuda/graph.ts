/**
 * CUDA graphs: what a GPU is to do, recorded once, and begun again by one call.
 *
 * @module
 */

import { check, context, frame, native, open, releaseOne } from "../../../ffi/native.ts";
import { ApprenticeError, ArgumentError } from "../../base/errors.ts";
import { catchLater, handleOf } from "../core.ts";
import type { Device } from "../device.ts";
import { deviceCode } from "../device_codes.ts";
import { HANDLE } from "../handle.ts";
import { emptyCache } from "../memory.ts";
import type { Generator } from "../random.ts";
import { synchronous } from "../synchronous.ts";
import { synchronize } from "./devices.ts";
import { Stream, stream as onStream } from "./streams.ts";

/**
 * The memory that graphs keep for what is recorded in them. Graphs that are replayed in the order in which they were
 * recorded, and never at once, may share one.
 */
export interface GraphPool {
  /** The numbers that libtorch knows the pool by. */
  readonly id: readonly [number, number];
}

/** Options of {@linkcode CUDAGraph.captureBegin}. */
export interface CaptureOptions {
  /** Memory that other graphs use, too; a pool of its own by default. */
  pool?: GraphPool;
  /**
   * Whose unsafe calls of CUDA end the recording: those of all threads (`"global"`, the default), of this thread only, or
   * nobody's.
   */
  captureErrorMode?: "global" | "threadLocal" | "relaxed";
}

/** Options of {@linkcode graph}. */
export interface GraphOptions extends CaptureOptions {
  /** The stream to record on, which is not the default one; one from the pool by default. */
  stream?: Stream;
}

const modes = ["global", "threadLocal", "relaxed"];
const Action = { end: 0, replay: 1, reset: 2 };

/**
 * A GPU's work, recorded once and begun again by {@linkcode CUDAGraph.replay}. What is replayed reads and writes the very
 * memory that was recorded: give new input by `copy_` into the tensors that were read, and keep those that were written.
 * Random numbers go on from replay to replay. It is freed as a {@linkcode Stream} is.
 */
export class CUDAGraph implements Disposable {
  /** The native handle; of no use outside this package. @ignore */
  readonly [HANDLE]: number;

  /**
   * Makes an empty graph.
   *
   * @throws {DeviceError} if there is no such device, or it is the CPU.
   * @throws {VersionError} if this libtorch has no CUDA graphs, or has them otherwise.
   */
  constructor(options: { device?: Device } = {}) {
    open();
    check(native.ap_graph(context, deviceCode(options.device ?? "cuda")));
    this[HANDLE] = frame[0];
    check(native.ap_scope_keep(context, this[HANDLE]));
    catchLater(this);
  }

  /**
   * Has a generator of a GPU go on from replay to replay, if the work to be recorded draws from it; the GPU's own does.
   *
   * @throws {ArgumentError} if something is recorded already.
   */
  registerGeneratorState(generator: Generator): void {
    const handle = handleOf(generator, "generator");
    check(native.ap_graph_generator(context, handleOf(this, "graph"), handle));
  }

  /**
   * Begins to record what is asked of the current stream, which is not the default one. Nothing is computed until a replay.
   * {@linkcode graph} does all that belongs to it.
   *
   * @throws {ArgumentError} if something is recorded already: {@linkcode CUDAGraph.reset} it first.
   * @throws {CaptureError} if the current stream is the default one.
   */
  captureBegin(options: CaptureOptions = {}): void {
    const { pool, captureErrorMode = "global" } = options;
    const mode = modes.indexOf(captureErrorMode);
    if (mode < 0) {
      throw new ArgumentError(
        `captureErrorMode is one of ${modes.join(", ")}, got ${captureErrorMode}.`,
      );
    }
    const [first, second] = pool?.id ?? [0, 0];
    check(native.ap_graph_begin(context, handleOf(this, "graph"), first, second, mode));
  }

  /**
   * Ends the recording.
   *
   * @throws {CaptureError} if something that cannot be recorded was asked for meanwhile.
   */
  captureEnd(): void {
    this.#do(Action.end);
  }

  /**
   * Has the current stream do what was recorded.
   *
   * @throws {ArgumentError} if nothing is recorded.
   */
  replay(): void {
    this.#do(Action.replay);
  }

  /** Forgets what was recorded, and gives its memory back. */
  reset(): void {
    this.#do(Action.reset);
  }

  /**
   * The memory of what was recorded, to share with other graphs.
   *
   * @throws {ArgumentError} if nothing is recorded.
   */
  pool(): GraphPool {
    check(native.ap_graph_pool(context, handleOf(this, "graph")));
    return { id: [frame[0], frame[1]] };
  }

  #do(action: number): void {
    check(native.ap_graph_step(context, handleOf(this, "graph"), action));
  }

  /** Frees the graph, what was recorded in it, and its memory. */
  dispose(): void {
    releaseOne(context, this[HANDLE]);
  }

  /** Same as {@linkcode CUDAGraph.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Memory for several graphs to share.
 *
 * @throws {DeviceError} if there is no GPU.
 */
export function graphPoolHandle(): GraphPool {
  open();
  check(native.ap_graph_pool(context, 0));
  return { id: [frame[0], frame[1]] };
}

/**
 * Records what `body` asks of the GPU, and returns what it returns: tensors whose values are those of the last replay.
 * Nothing is computed until the first. Run `body` some times before, on a stream of its own: what libraries do at their
 * first call cannot be recorded.
 *
 * @throws {CaptureError} if something in `body` cannot be recorded, such as `item()`, which waits for the GPU. The graph is
 * empty then, and can be used again.
 * @throws {ArgumentError} if `body` is asynchronous, or something is recorded already.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * if (torch.cuda.isAvailable()) {
 *   const input = torch.zeros([4], { device: "cuda" });
 *   using graph = new torch.cuda.CUDAGraph();
 *   const output = torch.cuda.graph(graph, () => input.mul(2));
 *   input.copy_(torch.tensor([1, 2, 3, 4]));
 *   graph.replay();
 *   console.log(output.toArray()); // [2, 4, 6, 8]
 * }
 * ```
 */
export function graph<R>(graph: CUDAGraph, body: () => R, options: GraphOptions = {}): R {
  using own = options.stream === undefined ? new Stream() : undefined;
  const side = options.stream ?? own!;
  // What the recording is to begin after, and memory that its pool may have.
  synchronize(side.device);
  emptyCache(side.device);
  return onStream(side, () => {
    graph.captureBegin(options);
    let result: R;
    try {
      result = synchronous(body(), "cuda.graph");
    } catch (error) {
      abandon(graph);
      throw error;
    }
    try {
      graph.captureEnd();
    } catch (error) {
      graph.reset();
      throw error;
    }
    return result;
  });
}

/** Ends a recording whose body failed, by the error that it has anyway. */
function abandon(graph: CUDAGraph): void {
  try {
    graph.captureEnd();
  } catch (error) {
    if (!(error instanceof ApprenticeError)) throw error;
  }
  graph.reset();
}
