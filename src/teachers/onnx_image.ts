/**
 * The images that an ONNX model takes.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { OpenOnnxOptions } from "./onnx_options.ts";

/** The most values of the images of one batch of a model that says how many it takes: 4 GiB of them. */
const mostValues = 2 ** 30;

/** Whether a dimension of this size is that of an image's channels. */
export function isChannels(size: number | string): boolean {
  return size === 1 || size === 3 || size === 4;
}

/**
 * Channels, rows and columns of an image.
 *
 * @param shape The shape of the model's input.
 * @param given The size where the model leaves it open.
 * @throws {ArgumentError} if no image is as large as the model wants it.
 */
export function imageShapeOf(
  shape: readonly (number | string)[],
  channelsLast: boolean,
  given: OpenOnnxOptions["imageSize"],
  path: string,
): [number, number, number] {
  const [, ...rest] = shape;
  const [channels, height, width] = channelsLast ? [rest[2], rest[0], rest[1]] : rest;
  const [rows, columns] = typeof given === "number" ? [given, given] : given ?? [224, 224];
  const size = (value: number | string, open: number): number =>
    typeof value === "number" ? value : open;
  const image: [number, number, number] = [
    size(channels, 3),
    size(height, rows),
    size(width, columns),
  ];
  const values = image.reduce((product, one) => product * one, size(shape[0], 1));
  if (values < 1 || values > mostValues) {
    throw new ArgumentError(
      `${path} takes images of shape [${shape.join(", ")}], which ${
        values < 1 ? "are empty" : "are more than fit in memory"
      }.`,
    );
  }
  return image;
}
