/**
 * Normalization over neighboring channels.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkKnown, checkNumber, checkSize } from "../options.ts";
import { shapeText } from "./shapes.ts";

/** Options of {@linkcode localResponseNorm}. */
export interface LocalResponseNormOptions {
  /** The factor of the mean square; 1e-4 by default. */
  alpha?: number;
  /** The power; 0.75 by default. */
  beta?: number;
  /** Added to the mean square; 1 by default. */
  k?: number;
}

/**
 * x / (k + alpha m)^beta, with m the mean of the squares at the same place in `size` neighboring channels, those that
 * are not there counting as 0 (Krizhevsky et al. 2012, section 3.3, whose alpha is divided by `size`). Shapes:
 * (B, C, *), the input's own.
 *
 * @throws {ArgumentError} if a number cannot be used.
 * @throws {ShapeError} if the input has fewer than three dimensions.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * nn.functional.localResponseNorm(torch.randn([2, 16, 4, 4]), 5).shape; // [2, 16, 4, 4]
 * ```
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  options: LocalResponseNormOptions = {},
): Tensor {
  checkKnown("localResponseNorm", options, ["alpha", "beta", "k"]);
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  checkSize("localResponseNorm", "size", size);
  for (const [name, value] of Object.entries({ alpha, beta, k })) {
    checkNumber("localResponseNorm", name, value);
  }
  const shape = input.shape;
  if (shape.length < 3) {
    throw new ShapeError(
      `localResponseNorm takes (B, C, *) of at least three dimensions, got ${shapeText(shape)}.`,
    );
  }
  if (input.numel === 0) return input;
  return torch.scope(() => {
    // Places in a row, channels as the height of an image of one channel.
    const squares = input.mul(input).flatten(2).unsqueeze(1);
    const around = torch.pad(squares, [0, 0, Math.floor(size / 2), Math.floor((size - 1) / 2)]);
    const mean = torch.avgPool2d(around, [size, 1], 1).reshape([...shape]);
    return input.div(mean.mul(alpha).add(k).pow(beta));
  });
}
