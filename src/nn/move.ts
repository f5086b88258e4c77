/**
 * Giving a tensor other memory.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { ModuleToOptions } from "./to_options.ts";

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
