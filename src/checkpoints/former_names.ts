/**
 * What this room's exports were called before: a checkpoint is now the state of a training only.
 *
 * @module
 */

import { openWeights, type OpenWeightsOptions } from "./open.ts";
import { WeightsFile, type WeightsFormat, type WeightsMetadata } from "./weights_file.ts";

/**
 * Same as {@linkcode WeightsFile}.
 *
 * @deprecated Use `WeightsFile`.
 */
export const Checkpoint: typeof WeightsFile = WeightsFile;
/**
 * Same as {@linkcode WeightsFile}.
 *
 * @deprecated Use `WeightsFile`.
 */
export type Checkpoint = WeightsFile;
/**
 * Same as {@linkcode openWeights}.
 *
 * @deprecated Use `openWeights`.
 */
export const openCheckpoint: typeof openWeights = openWeights;
/**
 * Same as {@linkcode OpenWeightsOptions}.
 *
 * @deprecated Use `OpenWeightsOptions`.
 */
export type OpenCheckpointOptions = OpenWeightsOptions;
/**
 * Same as {@linkcode WeightsFormat}.
 *
 * @deprecated Use `WeightsFormat`.
 */
export type CheckpointFormat = WeightsFormat;
/**
 * Same as {@linkcode WeightsMetadata}.
 *
 * @deprecated Use `WeightsMetadata`.
 */
export type CheckpointMetadata = WeightsMetadata;
