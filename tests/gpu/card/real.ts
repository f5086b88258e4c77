/**
 * What `card.ts` offers, on a real card.
 *
 * @module
 */

import * as torch from "../../../src/torch/mod.ts";
import { cudaGraphs, type GraphEngine } from "../../../src/train/graph_engine.ts";

/** The part of `torch.cuda` that tells of waits. */
interface Warnings {
  setSyncDebugMode(mode: "default" | "warn" | "error"): void;
  syncWarnings(): number;
}

const cuda = torch.cuda as unknown as Warnings;
cuda.setSyncDebugMode("warn");
let before = cuda.syncWarnings();

/** How often the processor has waited since this was asked last. */
export function takeWaits(): Record<string, number> {
  const now = cuda.syncWarnings();
  const waits = now - before;
  before = now;
  return waits === 0 ? {} : { waits };
}

/** Runs `body` with every wait an error. */
export function forbidWaits<R>(body: () => R): R {
  cuda.setSyncDebugMode("error");
  try {
    return body();
  } finally {
    cuda.setSyncDebugMode("warn");
  }
}

const found = cudaGraphs("cuda");
if (typeof found === "string") throw new Error(found);

/** CUDA's own graphs. */
export const graphs: GraphEngine = found;
