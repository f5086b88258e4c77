/**
 * Pixels as numbers from 0 to 1.
 *
 * @module
 */

import { DTypeError } from "../../base/errors.ts";
import { isFloatingPoint } from "../../torch/dtype.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { described } from "./described.ts";
import type { FixedTransform } from "./transform.ts";

/**
 * Images as float32 from 0 to 1: uint8 divided by 255, other floating-point dtypes converted.
 *
 * @throws {DTypeError} If they are of another dtype, whose range is not known.
 */
export const toFloat: FixedTransform = described({ name: "toFloat" }, (images: Tensor): Tensor => {
  const dtype = images.dtype;
  if (dtype === "float32") return images;
  if (dtype === "uint8") return scope(() => images.to("float32").div_(255));
  if (isFloatingPoint(dtype)) return images.to("float32");
  throw new DTypeError(`Images are uint8 (0 to 255) or floating-point (0 to 1), got ${dtype}.`);
});
