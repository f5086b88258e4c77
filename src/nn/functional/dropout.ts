/**
 * Dropping elements or whole channels, as functions.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkProbability } from "../options.ts";
import type { InplaceOptions } from "./inplace_options.ts";
import { shapeText } from "./shapes.ts";

/**
 * Zeroes elements with probability `p` and scales the others by 1 / (1 - p); returns the input where
 * `training` is false.
 *
 * @throws {ArgumentError} if `p` is not from 0 to 1.
 */
export function dropout(
  input: Tensor,
  p = 0.5,
  training = true,
  options?: InplaceOptions,
): Tensor {
  checkProbability("dropout", "p", p);
  return options?.inplace ? torch.dropout_(input, p, training) : torch.dropout(input, p, training);
}

/**
 * Zeroes elements with probability `p` and keeps mean 0 and variance 1, for networks of {@linkcode selu} (Klambauer
 * et al. 2017); returns the input where `training` is false.
 *
 * @throws {ArgumentError} if `p` is not from 0 to 1.
 */
export function alphaDropout(
  input: Tensor,
  p = 0.5,
  training = false,
  options?: InplaceOptions,
): Tensor {
  checkProbability("alphaDropout", "p", p);
  return options?.inplace
    ? torch.call("aten::alpha_dropout_", input, p, training) as Tensor
    : torch.alphaDropout(input, p, training);
}

/**
 * Zeroes whole channels of sequences with probability `p` and scales the others by 1 / (1 - p). Shapes: (B, C, L) or
 * (C, L).
 *
 * @throws {ArgumentError} if `p` is not from 0 to 1.
 * @throws {ShapeError} if the input has other dimensions.
 */
export function dropout1d(
  input: Tensor,
  p = 0.5,
  training = true,
  options?: InplaceOptions,
): Tensor {
  return dropChannels("dropout1d", input, p, training, options, 1);
}

/**
 * Zeroes whole channels of images with probability `p` and scales the others by 1 / (1 - p) (Tompson et al. 2015).
 * Shapes: (B, C, H, W).
 *
 * @throws {ArgumentError} if `p` is not from 0 to 1.
 * @throws {ShapeError} if the input has other dimensions.
 */
export function dropout2d(
  input: Tensor,
  p = 0.5,
  training = true,
  options?: InplaceOptions,
): Tensor {
  return dropChannels("dropout2d", input, p, training, options, 2);
}

/**
 * Zeroes whole channels of volumes with probability `p` and scales the others by 1 / (1 - p). Shapes: (B, C, D, H, W)
 * or (C, D, H, W).
 *
 * @throws {ArgumentError} if `p` is not from 0 to 1.
 * @throws {ShapeError} if the input has other dimensions.
 */
export function dropout3d(
  input: Tensor,
  p = 0.5,
  training = true,
  options?: InplaceOptions,
): Tensor {
  return dropChannels("dropout3d", input, p, training, options, 3);
}

function dropChannels(
  name: string,
  input: Tensor,
  p: number,
  training: boolean,
  options: InplaceOptions | undefined,
  sides: number,
): Tensor {
  checkProbability(name, "p", p);
  const shape = input.shape;
  // PyTorch reads an image without a batch as a batch of sequences: which one is meant is for the caller to say.
  const single = sides !== 2 && shape.length === sides + 1;
  if (shape.length !== sides + 2 && !single) {
    const kinds = ["(B, C, L) or (C, L)", "(B, C, H, W)", "(B, C, D, H, W) or (C, D, H, W)"];
    const remedy = sides === 2 ? "; unsqueeze(0) makes a batch of one image" : "";
    throw new ShapeError(
      `${name} takes ${kinds[sides - 1]}, got ${shapeText(shape)}${remedy}.`,
    );
  }
  const drop = (x: Tensor): Tensor =>
    options?.inplace
      ? torch.call("aten::feature_dropout_", x, p, training) as Tensor
      : torch.featureDropout(x, p, training);
  if (!single) return drop(input);
  using batch = input.unsqueeze(0);
  if (options?.inplace) {
    drop(batch);
    return input;
  }
  using dropped = drop(batch);
  return dropped.squeeze(0);
}
