/**
 * Moving values between channels and pixels, or between channels.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkSize } from "../options.ts";
import { shapeText } from "./shapes.ts";

/**
 * Pixels made of channels (Shi et al. 2016). Shapes: (…, C r², H, W) to (…, C, H r, W r), with r `upscaleFactor`.
 *
 * @throws {ArgumentError} if the factor is not a whole number of at least 1.
 * @throws {ShapeError} if the channels cannot be split so.
 */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  checkSize("pixelShuffle", "upscaleFactor", upscaleFactor);
  return input.pixelShuffle(upscaleFactor);
}

/**
 * Channels made of pixels. Shapes: (…, C, H r, W r) to (…, C r², H, W), with r `downscaleFactor`.
 *
 * @throws {ArgumentError} if the factor is not a whole number of at least 1.
 * @throws {ShapeError} if a side is not a multiple of the factor.
 */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  checkSize("pixelUnshuffle", "downscaleFactor", downscaleFactor);
  return input.pixelUnshuffle(downscaleFactor);
}

/**
 * The channels of `groups` groups taken in turn (Zhang et al. 2017). Shapes: (B, C, *), the input's own.
 *
 * @throws {ArgumentError} if the number of groups is not a whole number of at least 1.
 * @throws {ShapeError} if the channels cannot be split into the groups.
 */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  checkSize("channelShuffle", "groups", groups);
  const shape = input.shape;
  if (shape.length < 3 || shape[1] % groups !== 0) {
    throw new ShapeError(
      `channelShuffle takes (B, C, *) with channels that are a multiple of groups (${groups}), got ${
        shapeText(shape)
      }.`,
    );
  }
  return input.channelShuffle(groups);
}
