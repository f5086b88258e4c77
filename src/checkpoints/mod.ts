/**
 * Reading weights as publishers ship them: safetensors and PyTorch's own formats, whole or in several files, without
 * ever running what is in them.
 *
 * @module
 */

export { Checkpoint, type CheckpointFormat, type CheckpointMetadata } from "./checkpoint.ts";
export type { StoredDType } from "../archive/pytorch/dtypes.ts";
export { openCheckpoint, type OpenCheckpointOptions } from "./open.ts";
export {
  headPrefixesOf,
  loadWeights,
  type LoadWeightsOptions,
  type WeightsReport,
} from "./load_weights.ts";
export type { WeightsDialect } from "./translate.ts";
