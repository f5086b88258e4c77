/**
 * The opposite of max pooling.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { sizes } from "../options.ts";
import { shapeText } from "./shapes.ts";

/** Options of {@linkcode maxUnpool2d}. */
export interface MaxUnpoolOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: number | readonly number[] | null;
  /** What was added on all sides before; 0 by default. */
  padding?: number | readonly number[];
  /** The height and width wanted, where pooling makes several sizes the same; the least by default. */
  outputSize?: readonly number[];
}

/**
 * The opposite of {@linkcode maxPool2d}: every value at its place, 0 elsewhere. Shapes: values and indices
 * (B, C, H', W') to (B, C, H, W).
 *
 * @throws {ArgumentError} if `outputSize` is not a size that pooling makes (H', W') of.
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: number | readonly number[],
  options: MaxUnpoolOptions = {},
): Tensor {
  const kernel = sizes("maxUnpool2d", "kernelSize", kernelSize, 2);
  const stride = sizes("maxUnpool2d", "stride", options.stride ?? kernel, 2);
  const padding = sizes("maxUnpool2d", "padding", options.padding ?? 0, 2, 0);
  const shape = input.shape.slice(-2);
  const least = shape.map((size, i) => (size - 1) * stride[i] + kernel[i] - 2 * padding[i]);
  const wanted = options.outputSize?.slice(-2) ?? least;
  const fits = wanted.length === 2 &&
    wanted.every((size, i) =>
      Number.isSafeInteger(size) && size >= 0 && Math.abs(size - least[i]) < stride[i] ||
      size === least[i] && size >= 0
    );
  if (!fits) {
    throw new ArgumentError(
      `maxUnpool2d: outputSize ${shapeText(wanted)} is not a size that is pooled to ${
        shapeText(shape)
      }; those are within ${shapeText(stride)} of ${shapeText(least)}.`,
    );
  }
  return torch.maxUnpool2d(input, indices, wanted);
}
