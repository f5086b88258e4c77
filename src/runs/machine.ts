/**
 * The machine that something is measured on.
 *
 * @module
 */

import { cpus } from "node:os";
import { VERSION } from "../base/version.ts";
import { ONNX_RUNTIME_VERSION } from "../teachers/onnx_runtime.ts";
import * as torch from "../torch/mod.ts";
import type { Machine } from "./costs.ts";

/**
 * Says what this machine is.
 *
 * @param hasOnnxRuntime Whether ONNX Runtime ran on it.
 */
export function thisMachine(hasOnnxRuntime: boolean): Machine {
  const { libtorch, cpu } = torch.buildInfo();
  return {
    processor: processorName(),
    processors: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    instructions: cpu,
    libtorch,
    onnxruntime: hasOnnxRuntime ? ONNX_RUNTIME_VERSION : null,
    apprentice: VERSION,
  };
}

/** The processor's name; null where the system does not tell, or Deno was not allowed to ask. */
function processorName(): string | null {
  try {
    const name = cpus()[0]?.model.trim();
    return name && name !== "unknown" ? name : null;
  } catch {
    return null;
  }
}
