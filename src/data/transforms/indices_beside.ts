/**
 * Indices where images are.
 *
 * @module
 */

import { tensor } from "../../torch/creation.ts";
import type { Tensor } from "../../torch/tensor.ts";

/** Whole numbers as an int64 tensor on the images' device. */
export function indicesBeside(values: Int32Array, images: Tensor): Tensor {
  return tensor(values, { dtype: "int64", device: images.device });
}
