/**
 * Work on vectors and images that is neither a layer nor a loss.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { shapeText } from "./shapes.ts";

/** Options of {@linkcode normalize}. */
export interface NormalizeOptions {
  /** The norm's exponent; 2 by default. */
  p?: number;
  /** The dimension of the vectors; 1 by default. */
  dim?: number;
  /** The least that is divided by; 1e-12 by default. */
  eps?: number;
}

/** Vectors divided by their norm. */
export function normalize(input: Tensor, options: NormalizeOptions = {}): Tensor {
  using norm = torch.linalgVectorNorm(input, options.p ?? 2, [options.dim ?? 1], true);
  using least = norm.clampMin(options.eps ?? 1e-12);
  return input.div(least);
}

/** The cosine of the angle between vectors: a · b / (|a| |b|), along `dim`. Broadcasts. */
export function cosineSimilarity(a: Tensor, b: Tensor, dim = 1, eps = 1e-8): Tensor {
  return torch.cosineSimilarity(a, b, dim, eps);
}

/** Options of {@linkcode interpolate}. */
export interface InterpolateOptions {
  /** The height and width wanted, or one number for both. */
  size?: number | readonly [number, number];
  /** Instead of the size: by how much to scale. */
  scaleFactor?: number | readonly [number, number];
  /** `"nearest"` by default. */
  mode?: "nearest" | "bilinear" | "bicubic";
  /** Whether the corners' centres stay where they are; false by default. Not for `"nearest"`. */
  alignCorners?: boolean;
  /** Whether shrinking averages over all pixels; false by default. Not for `"nearest"`. */
  antialias?: boolean;
}

/**
 * Images in another size. Shapes: (B, C, H, W) to (B, C, H', W').
 *
 * @throws {ShapeError} if the input is not (B, C, H, W).
 * @throws {ArgumentError} if not exactly one of size and scaleFactor is given, or is not positive.
 */
export function interpolate(input: Tensor, options: InterpolateOptions): Tensor {
  const shape = input.shape;
  if (shape.length !== 4) {
    throw new ShapeError(`interpolate takes images (B, C, H, W), got ${shapeText(shape)}.`);
  }
  if ((options.size === undefined) === (options.scaleFactor === undefined)) {
    throw new ArgumentError("interpolate takes either a size or a scaleFactor.");
  }
  const pair = (value: number | readonly [number, number]): readonly number[] =>
    typeof value === "number" ? [value, value] : value;
  const scale = options.scaleFactor === undefined ? null : pair(options.scaleFactor);
  const size = scale
    ? [Math.floor(shape[2] * scale[0]), Math.floor(shape[3] * scale[1])]
    : pair(options.size!);
  if (size.length !== 2 || !size.every((v) => Number.isInteger(v) && v > 0)) {
    throw new ArgumentError(
      `interpolate to ${shapeText(size)}: sizes are two whole numbers of at least 1.`,
    );
  }
  const corners = options.alignCorners ?? false;
  const [h, w] = scale ?? [undefined, undefined];
  const mode = options.mode ?? "nearest";
  if (mode === "nearest") return torch.upsampleNearest2d(input, size, h, w);
  if (mode !== "bilinear" && mode !== "bicubic") {
    throw new ArgumentError(
      `interpolate: the mode is "nearest", "bilinear" or "bicubic", got "${mode}".`,
    );
  }
  if (options.antialias) {
    return torch.call(`aten::_upsample_${mode}2d_aa`, input, size, corners, h, w) as Tensor;
  }
  return mode === "bilinear"
    ? torch.upsampleBilinear2d(input, size, corners, h, w)
    : torch.upsampleBicubic2d(input, size, corners, h, w);
}
