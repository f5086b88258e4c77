/**
 * What a teacher does to images before it looks at them.
 *
 * @module
 */

import { convertChannels, type Interpolation, resizeImages } from "../data/convert.ts";
import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { tensor } from "../torch/creation.ts";
import type { Device } from "../torch/device.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import { checkImageDType } from "./image_dtypes.ts";
import { keep, scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkPreprocessing, shown } from "./check_preprocessing.ts";

/** The images that a model was trained on: their size and what was done to their values. */
export interface Preprocessing {
  /** Rows and columns, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** The mean of each channel, of values from 0 to 1. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, of values from 0 to 1. */
  readonly std: readonly number[];
  /** How images are resized; bilinear by default. Always antialiased. */
  readonly interpolation?: Interpolation;
  /**
   * The side of the middle that is cut out of a whole photograph, as a part of the resized photograph's; 1 by
   * default. For those who decode photographs: batches are resized as a whole.
   */
  readonly cropFraction?: number;
}

/** Applies a {@linkcode Preprocessing} to batches of images. */
export class Preprocessor implements Disposable {
  /** What is done. */
  readonly settings: Preprocessing;
  /** Factor and summand of each channel, of bytes, for the device they lie on. */
  readonly #affine: Map<Device, { scale: Tensor; shift: Tensor }> = new Map();

  /**
   * Takes what is to be done to images.
   *
   * @throws {ArgumentError} if sizes are not whole, or mean and deviation do not fit together.
   */
  constructor(settings: Preprocessing) {
    checkPreprocessing(settings);
    const { size, mean, std } = settings;
    if (size === undefined) {
      throw new ArgumentError("The size of images is missing: [height, width].");
    }
    if (mean === undefined || std === undefined || mean.length !== std.length) {
      throw new ArgumentError(
        `mean and std have one number for each channel, those of std above 0; got ${
          shown(mean)
        } and ${shown(std)}.`,
      );
    }
    this.settings = settings;
  }

  /**
   * Resizes and normalizes raw images.
   *
   * @param images (B, C, H, W) or (B, H, W, C): uint8 from 0 to 255, or floating-point from 0 to 1. Where both
   * readings are possible it is (B, C, H, W). Gray ones are given the colors that are wanted.
   * @returns float32 (B, C, height, width).
   * @throws {ShapeError} if no dimension is that of the channels.
   * @throws {DTypeError} if they are of another dtype.
   * @throws {ArgumentError} if floating-point values are outside 0 to 1: they were normalized already.
   */
  apply(images: Tensor): Tensor {
    return scope(() => {
      checkImageDType(images, "A teacher's preprocessing");
      const channels = this.settings.mean.length;
      const upright = channelsFirst(images, channels);
      const bytes = upright.dtype === "uint8";
      if (!bytes) checkRange(upright);
      const [height, width] = this.settings.size;
      const [, , rows, columns] = upright.shape;
      const { interpolation } = this.settings;
      const resized = rows === height && columns === width
        ? upright
        : resizeImages(upright, [height, width], { interpolation });
      const { scale, shift } = this.#factors(upright.device);
      if (bytes) return resized.mul(scale).add_(shift);
      return resized.to("float32").mul(scale).mul_(255).add_(shift);
    });
  }

  #factors(device: Device): { scale: Tensor; shift: Tensor } {
    const known = this.#affine.get(device);
    if (known !== undefined) return known;
    const { mean, std } = this.settings;
    const shape = [mean.length, 1, 1];
    const made = {
      scale: keep(tensor(std.map((value) => 1 / (255 * value))).reshape(shape).to(device)),
      shift: keep(tensor(mean.map((value, i) => -value / std[i])).reshape(shape).to(device)),
    };
    this.#affine.set(device, made);
    return made;
  }

  /** Frees what it keeps on devices; it can be used again. */
  dispose(): void {
    for (const { scale, shift } of this.#affine.values()) {
      scale.dispose();
      shift.dispose();
    }
    this.#affine.clear();
  }

  /** Same as {@linkcode Preprocessor.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function channelsFirst(images: Tensor, channels: number): Tensor {
  const shape = images.shape;
  if (shape.length === 4) {
    for (const count of new Set([channels, 1])) {
      if (shape[1] === count) return convertChannels(images, channels);
      // A view: the bytes stay where they are, which is the order that resizing is fastest in.
      if (shape[3] === count) return convertChannels(images.permute(0, 3, 1, 2), channels);
    }
  }
  throw new ShapeError(
    `Images are (B, ${channels}, H, W) or (B, H, W, ${channels}), got [${shape.join(", ")}].`,
  );
}

function checkRange(images: Tensor): void {
  if (!isFloatingPoint(images.dtype)) {
    throw new DTypeError(
      `Images are uint8 (0 to 255) or floating-point (0 to 1), got ${images.dtype}.`,
    );
  }
  const low = images.min().item() as number;
  const high = images.max().item() as number;
  // Bicubic resizing swings a little beyond.
  if (low >= -0.3 && high <= 1.3) return;
  throw new ArgumentError(
    `The images' values go from ${low.toFixed(2)} to ${
      high.toFixed(2)
    }, so they were normalized already; this ` +
      `teacher does that by itself. Give it bytes or values from 0 to 1: a Loader with { raw: true } and its ` +
      `transform's normalize moved to its own option hands them on.`,
  );
}
