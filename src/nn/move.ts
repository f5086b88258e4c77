/**
 * Giving a tensor other memory.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Device, DType, Tensor } from "../torch/mod.ts";

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

/** Gives a tensor object other memory: libtorch's `set_data`, as PyTorch's `module.to` does. */
export function move(tensor: Tensor, options: ModuleToOptions, withGrad: boolean): void {
  const dtype = torch.isFloatingPoint(tensor.dtype) ? options.dtype : undefined;
  const memoryFormat = tensor.ndim === 4 ? options.memoryFormat : undefined;
  using _ = torch.scope();
  const moved = tensor.detach().to({ device: options.device, dtype, memoryFormat });
  const same = moved.device === tensor.device && moved.dtype === tensor.dtype;
  if (same && memoryFormat === undefined) return;
  const grad = withGrad ? tensor.grad : null;
  if (grad !== null) tensor.grad = null;
  torch.call("aten::set_data", tensor, moved);
  if (grad !== null) tensor.grad = grad.to({ device: options.device, dtype });
}
