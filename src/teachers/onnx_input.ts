/**
 * Images as the whole numbers that some ONNX models take: those normalize the pixels themselves.
 *
 * @module
 */

import { ArgumentError, DTypeError } from "../base/errors.ts";
import { type DType, isFloatingPoint } from "../torch/dtype.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { View } from "../data/view.ts";

/** The whole numbers that a dtype holds, as far as images are concerned. */
const ranges: Partial<Record<DType, readonly [low: number, high: number]>> = {
  bool: [0, 1],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 53), 2 ** 53],
  uint64: [0, 2 ** 53],
};

/**
 * Images in the dtype that a model takes. One of whole numbers must be able to hold them: cut off, normalized values
 * would be 0, 1 or 2.
 *
 * @throws {DTypeError} if the images have values that the dtype has not.
 */
export function asTaken(images: Tensor, dtype: DType, path: string): Tensor {
  const own = images.dtype;
  if (own === dtype || isFloatingPoint(dtype)) return images.to({ device: "cpu", dtype });
  const [low, high] = ranges[dtype] ?? [-Infinity, Infinity];
  const narrower = ranges[own];
  const fits = narrower !== undefined && narrower[0] >= low && narrower[1] <= high;
  if (!fits && images.numel > 0) checkValues(images, dtype, [low, high], path);
  return images.to({ device: "cpu", dtype });
}

function checkValues(
  images: Tensor,
  dtype: DType,
  [low, high]: readonly [number, number],
  path: string,
): void {
  scope(() => {
    const values = images.to("float64");
    const [least, most] = [values.min().item(), values.max().item()];
    const whole = values.sub(values.round()).abs().max().item() === 0;
    if (whole && least >= low && most <= high) return;
    throw new DTypeError(
      `${path} takes ${dtype}, whole numbers from ${low} to ${high}; the images are ${images.dtype} from ` +
        `${least.toFixed(3)} to ${most.toFixed(3)}${
          whole ? "" : ", with fractions"
        }. Such a model normalizes pixels ` +
        "itself: give it bytes from 0 to 255, not normalized ones.",
    );
  });
}

/**
 * What is done to images for a model of whole numbers: they are resized, and their bytes stay.
 *
 * @param given What its user wants to be done.
 * @throws {ArgumentError} if that would normalize them, or the dtype holds no bytes.
 */
export function wholeNumberView(
  path: string,
  dtype: DType,
  channels: number,
  given: Partial<View> = {},
): Pick<View, "mean" | "std"> {
  const [low, high] = ranges[dtype] ?? [0, 0];
  if (low > 0 || high < 255) {
    throw new ArgumentError(
      `${path} takes ${dtype}, which does not hold the bytes of pixels, so it is not known what it wants of images. Open it ` +
        "with teachers.openOnnx, and make a teacher whose preprocess gives it what it wants.",
    );
  }
  const own = { mean: new Array(channels).fill(0), std: new Array(channels).fill(1 / 255) };
  for (const key of ["mean", "std"] as const) {
    const value = given[key];
    if (value === undefined || value.every((one, i) => Math.abs(one - own[key][i]) < 1e-9)) {
      continue;
    }
    throw new ArgumentError(
      `${path} takes ${dtype}: bytes from 0 to 255, which it normalizes itself, so the view's ${key} [${
        value.join(", ")
      }] cannot be meant. Leave mean and std out.`,
    );
  }
  return own;
}
