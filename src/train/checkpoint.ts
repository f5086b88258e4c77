/**
 * Checkpoints: one safetensors file that holds everything a run needs to go on to the same numbers.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import type { OptimizerState } from "../optim/mod.ts";
import type { StepOptimizer, Trainable } from "./method.ts";

/** Where a run stands; all that is not a tensor. */
export interface Position {
  /** The epoch that is under way, from 0. */
  epoch: number;
  /** The batches of that epoch that are done. */
  batch: number;
  /** The steps done in all. */
  step: number;
  /** The steps done by each stage. */
  stageSteps: number[];
  /** The sums of losses since the last record, and over how many steps. */
  sums: Record<string, number>;
  /** How many steps are in the sums. */
  summed: number;
}

const version = "1";

/** What a checkpoint saves and puts back. */
export interface CheckpointParts {
  /** What is trained. */
  method: Trainable;
  /** The optimisers of all stages. */
  optimizers: readonly StepOptimizer[];
  /** The device whose random numbers the run draws, besides the CPU's. */
  device?: Device;
}

/** Writes a checkpoint, to a temporary name first. */
export function saveCheckpoint(path: string, parts: CheckpointParts, position: Position): void {
  const record: Record<string, Tensor> = {};
  const scalars: Record<string, number>[] = [];
  using _ = torch.scope();
  for (const [name, tensor] of Object.entries(parts.method.stateDict())) {
    record[`method/${name}`] = tensor;
  }
  parts.optimizers.forEach((optimizer, i) => {
    const state = optimizer.stateDict();
    for (const [name, tensor] of Object.entries(state.tensors)) {
      record[`optimizer/${i}/${name}`] = tensor;
    }
    scalars.push(state.scalars);
  });
  record["random/cpu"] = torch.getRngState("cpu");
  if (usesCuda(parts)) record["random/cuda"] = torch.getRngState(parts.device);
  torch.saveSafetensors(path, record, {
    format: "apprentice-checkpoint",
    version,
    position: JSON.stringify(position),
    optimizers: JSON.stringify(scalars),
  });
}

/**
 * Reads a checkpoint into the parts it was saved from.
 *
 * @throws {FormatError} if the file is not a checkpoint, or one of other parts.
 */
export function loadCheckpoint(path: string, parts: CheckpointParts): Position {
  const metadata = torch.loadSafetensorsMetadata(path);
  if (metadata.format !== "apprentice-checkpoint" || metadata.version !== version) {
    throw new FormatError(
      `${path} is not a checkpoint of this version of the package; train anew or choose another file.`,
    );
  }
  const scalars = JSON.parse(metadata.optimizers) as Record<string, number>[];
  if (scalars.length !== parts.optimizers.length) {
    throw new FormatError(
      `${path} holds ${scalars.length} optimisers, this run has ${parts.optimizers.length}; ` +
        "it was made by a run with other options.",
    );
  }
  using _ = torch.scope();
  const record = torch.loadSafetensors(path);
  const under = (prefix: string): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(record).filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  parts.method.loadStateDict(under("method/"));
  parts.optimizers.forEach((optimizer, i) => {
    const state: OptimizerState = { tensors: under(`optimizer/${i}/`), scalars: scalars[i] };
    optimizer.loadStateDict(state);
  });
  torch.setRngState(record["random/cpu"], "cpu");
  if (usesCuda(parts) && "random/cuda" in record) {
    torch.setRngState(record["random/cuda"], parts.device);
  }
  return JSON.parse(metadata.position) as Position;
}

function usesCuda(parts: CheckpointParts): boolean {
  return parts.device !== undefined && parts.device !== "cpu";
}
