/**
 * Where, and as which dtype, modules are put.
 *
 * @module
 */

import type { Device } from "../torch/device.ts";
import type { DType } from "../torch/dtype.ts";

/** Where, and as which dtype, {@linkcode Module.to} puts a module. */
export interface ModuleToOptions {
  /** The device wanted; unchanged if absent. */
  device?: Device;
  /** The dtype wanted for floating-point parameters and buffers; unchanged if absent. */
  dtype?: DType;
  /**
   * How tensors of four dimensions lie in memory; unchanged if absent. Convolutions are often faster
   * with `"channelsLast"`, if the images lie so too.
   */
  memoryFormat?: "contiguous" | "channelsLast";
}
