/**
 * Labelled images as plain arrays: what every source of this folder gives, and what the datasets of
 * tensors are made from.
 *
 * @module
 */

import { ArgumentError, IndexError } from "../../base/errors.ts";
import { findBadLabel } from "./bad_label.ts";

/** Which part of a data set: the one to learn from or the one to measure on. */
export type Split = "train" | "test";

/** Labelled images of one size, in ordinary memory. */
export interface ImageArrays {
  /**
   * The pixels, 0 to 255, `count * height * width * channels` of them in the order image, row,
   * column, channel (NHWC). May be a view into a larger buffer: mind `byteOffset`.
   */
  readonly images: Uint8Array;
  /** The class of each image, an index into {@linkcode ImageArrays.classNames}. */
  readonly labels: Uint8Array | Int32Array;
  /** How many images there are; at least 1. */
  readonly count: number;
  /** Rows of an image. */
  readonly height: number;
  /** Columns of an image. */
  readonly width: number;
  /** 1 for gray, 3 for red, green, blue. */
  readonly channels: number;
  /** The classes' names; a label is an index into it. */
  readonly classNames: readonly string[];
}

/**
 * Checks that the sizes, the arrays and the labels fit together.
 *
 * @param arrays What to check.
 * @param name What it is, for the message.
 * @throws {ArgumentError} If a size is not a positive whole number, or an array has another length
 * than the sizes say, or there are no class names.
 * @throws {IndexError} If a label is not the index of a class name.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * data.validateImageArrays({
 *   images: new Uint8Array(2 * 4 * 4),
 *   labels: Uint8Array.of(0, 1),
 *   count: 2,
 *   height: 4,
 *   width: 4,
 *   channels: 1,
 *   classNames: ["dark", "light"],
 * });
 * ```
 */
export function validateImageArrays(arrays: ImageArrays, name = "images"): void {
  for (const key of ["count", "height", "width", "channels"] as const) {
    const size = arrays[key];
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new ArgumentError(
        `${name}: ${key} is ${size}; give a whole number of at least 1.`,
      );
    }
  }
  const { images, labels, count, height, width, channels, classNames } = arrays;
  if (!(images instanceof Uint8Array)) {
    throw new ArgumentError(
      `${name}: images is not a Uint8Array; give pixels from 0 to 255 in one.`,
    );
  }
  if (!(labels instanceof Uint8Array || labels instanceof Int32Array)) {
    throw new ArgumentError(`${name}: labels is neither a Uint8Array nor an Int32Array.`);
  }
  const pixels = count * height * width * channels;
  if (images.length !== pixels) {
    throw new ArgumentError(
      `${name}: ${count} images of ${height} x ${width} x ${channels} have ${pixels} values, ` +
        `but images holds ${images.length}.`,
    );
  }
  if (labels.length !== count) {
    throw new ArgumentError(
      `${name}: ${count} images, but ${labels.length} labels; give one each.`,
    );
  }
  if (classNames.length === 0) {
    throw new ArgumentError(`${name}: classNames is empty; give a name for every class.`);
  }
  const bad = findBadLabel(labels, classNames.length);
  if (bad >= 0) {
    throw new IndexError(
      `${name}: label ${labels[bad]} of image ${bad} is not the index of one of the ` +
        `${classNames.length} classes (0 to ${classNames.length - 1}).`,
    );
  }
}
