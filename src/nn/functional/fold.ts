/**
 * Windows of images as columns, and columns put together again.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkKnown, sizes } from "../options.ts";
import { shapeText } from "./shapes.ts";

/** Options of {@linkcode unfold} and {@linkcode fold}. */
export interface FoldOptions {
  /** The distance between a window's pixels; 1 by default. */
  dilation?: number | readonly number[];
  /** Zeros added on all sides; 0 by default. */
  padding?: number | readonly number[];
  /** The distance between windows; 1 by default. */
  stride?: number | readonly number[];
}

/** The options as lists. */
function windows(
  name: string,
  kernelSize: number | readonly number[],
  options: FoldOptions,
): Record<"kernel" | "dilation" | "padding" | "stride", number[]> {
  checkKnown(name, options, ["dilation", "padding", "stride"]);
  return {
    kernel: sizes(name, "kernelSize", kernelSize, 2),
    dilation: sizes(name, "dilation", options.dilation ?? 1, 2),
    padding: sizes(name, "padding", options.padding ?? 0, 2, 0),
    stride: sizes(name, "stride", options.stride ?? 1, 2),
  };
}

/**
 * The windows of images as columns: what a convolution multiplies with its weights. Shapes: (B, C, H, W) to
 * (B, C kH kW, number of windows), or both without B.
 *
 * @throws {ArgumentError} if a size cannot be used.
 * @throws {ShapeError} if the input has other dimensions, or a window does not fit into it.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const images = torch.randn([1, 3, 8, 8]);
 * nn.functional.unfold(images, 4, { stride: 4 }).shape; // [1, 48, 4]: four patches of 4 x 4 pixels
 * ```
 */
export function unfold(
  input: Tensor,
  kernelSize: number | readonly number[],
  options: FoldOptions = {},
): Tensor {
  const { kernel, dilation, padding, stride } = windows("unfold", kernelSize, options);
  const shape = input.shape;
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ShapeError(`unfold takes (B, C, H, W) or (C, H, W), got ${shapeText(shape)}.`);
  }
  return torch.im2col(input, kernel, dilation, padding, stride);
}

/**
 * Images made of columns, the opposite of {@linkcode unfold} except that overlapping windows are summed. Shapes:
 * (B, C kH kW, number of windows) to (B, C, H, W), or both without B.
 *
 * @throws {ArgumentError} if a size cannot be used.
 * @throws {ShapeError} if the input has other dimensions, or there are not as many windows.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const columns = torch.randn([1, 48, 4]);
 * nn.functional.fold(columns, 8, 4, { stride: 4 }).shape; // [1, 3, 8, 8]
 * ```
 */
export function fold(
  input: Tensor,
  outputSize: number | readonly number[],
  kernelSize: number | readonly number[],
  options: FoldOptions = {},
): Tensor {
  const { kernel, dilation, padding, stride } = windows("fold", kernelSize, options);
  const size = sizes("fold", "outputSize", outputSize, 2);
  const shape = input.shape;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new ShapeError(
      `fold takes (B, C kH kW, windows) or (C kH kW, windows), got ${shapeText(shape)}.`,
    );
  }
  return torch.col2im(input, size, kernel, dilation, padding, stride);
}
