/**
 * Sequences, images and volumes in another size.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkInterpolation } from "./check_interpolation.ts";
import type { InterpolateOptions, InterpolationMode } from "./interpolate_options.ts";
import { shapeText } from "./shapes.ts";

/** The operators by mode and number of sides. */
const operators: Record<InterpolationMode, Record<number, string>> = {
  "nearest": { 1: "upsample_nearest1d", 2: "upsample_nearest2d", 3: "upsample_nearest3d" },
  "nearest-exact": {
    1: "_upsample_nearest_exact1d",
    2: "_upsample_nearest_exact2d",
    3: "_upsample_nearest_exact3d",
  },
  "linear": { 1: "upsample_linear1d" },
  "bilinear": { 2: "upsample_bilinear2d" },
  "bicubic": { 2: "upsample_bicubic2d" },
  "trilinear": { 3: "upsample_trilinear3d" },
  "area": { 1: "adaptive_avg_pool1d", 2: "adaptive_avg_pool2d", 3: "adaptive_avg_pool3d" },
};

/**
 * Sequences, images or volumes in another size. Shapes: (B, C, L) to (B, C, L'), (B, C, H, W) to (B, C, H', W'),
 * (B, C, D, H, W) to (B, C, D', H', W').
 *
 * @throws {ShapeError} if the input has other dimensions, or ones that the mode is not for.
 * @throws {ArgumentError} if not exactly one of size and scaleFactor is given, or is not positive; or an option
 * is not for the mode.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const images = torch.randn([1, 3, 8, 8]);
 * nn.functional.interpolate(images, { size: [4, 6], mode: "bilinear" }).shape; // [1, 3, 4, 6]
 * ```
 */
export function interpolate(input: Tensor, options: InterpolateOptions): Tensor {
  const mode = checkInterpolation("interpolate", options);
  const shape = input.shape;
  const sides = shape.slice(2);
  if (sides.length < 1 || sides.length > 3) {
    throw new ShapeError(
      `interpolate takes (B, C, L), (B, C, H, W) or (B, C, D, H, W), got ${shapeText(shape)}.`,
    );
  }
  const operator = operators[mode][sides.length];
  if (operator === undefined) {
    throw new ShapeError(
      `interpolate: mode "${mode}" is for inputs of ${
        2 + Number(Object.keys(operators[mode])[0])
      } dimensions, got ${shapeText(shape)}.`,
    );
  }
  const { size, scales } = target(sides, options);
  const name = `aten::${operator}`;
  if (mode === "area") return torch.call(name, input, size) as Tensor;
  if (mode === "nearest" || mode === "nearest-exact") {
    return torch.call(name, input, size, ...scales) as Tensor;
  }
  const smooth = options.antialias ? `aten::_${operator}_aa` : name;
  return torch.call(smooth, input, size, options.alignCorners ?? false, ...scales) as Tensor;
}

/** The sizes of the output, and the scales that the operator is to use instead of deriving them. */
function target(
  sides: readonly number[],
  options: InterpolateOptions,
): { size: number[]; scales: (number | undefined)[] } {
  const given = options.size ?? options.scaleFactor!;
  const list = typeof given === "number" ? sides.map(() => given) : [...given];
  if (list.length !== sides.length) {
    throw new ArgumentError(
      `interpolate: ${options.size === undefined ? "scaleFactor" : "size"} must be one number or ` +
        `${sides.length} of them, got ${shapeText(list)}.`,
    );
  }
  const byScale = options.size === undefined;
  const size = byScale ? list.map((scale, i) => Math.floor(sides[i] * scale)) : list;
  if (!size.every((v) => Number.isSafeInteger(v) && v > 0)) {
    throw new ArgumentError(
      `interpolate to ${shapeText(size)}: sizes are whole numbers of at least 1.`,
    );
  }
  const keep = byScale && !options.recomputeScaleFactor;
  return { size, scales: list.map((scale) => keep ? scale : undefined) };
}
