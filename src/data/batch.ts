/**
 * What a loader hands out.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import type { Device } from "../torch/device.ts";
import { arange } from "../torch/creation.ts";
import { keep } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import type { Origin } from "./pixel_source.ts";
import { Renderings } from "./renderings.ts";
import type { Share } from "./share.ts";
import { uploadLabels } from "./upload.ts";
import type { View } from "./view.ts";

/**
 * Some images of a data set: their pixels, augmented but not normalized. Every network renders its own
 * {@linkcode Batch.view} of them.
 *
 * A batch belongs to whoever gets it: its tensors are disposed of with {@linkcode Batch.dispose}, by `using`, or with the
 * scope they were made in.
 */
export abstract class Batch implements Disposable {
  /** The pixels (B, C, H, W) as teachers see them: uint8 from 0 to 255, or floating-point from 0 to 1. */
  readonly pixels: Tensor;
  /** Where in the data set the images are: int64 (B), on the CPU. */
  readonly indices: Tensor;
  /** Which variants of which images these are, where a loader made them; null for others. */
  readonly origin: Origin | null;
  readonly #renderings: Renderings;
  #share: Share | null = null;
  #places: Int32Array | null = null;
  #strong: { readonly pixels: Tensor; readonly renderings: Renderings } | null = null;

  /**
   * Takes over the tensors.
   *
   * @param pixels The pixels (B, C, H, W), at least one image.
   * @param indices Where they are in the data set; 0 to B - 1 if absent.
   * @throws {ArgumentError} if the pixels are no tensor.
   * @throws {ShapeError} if they are not at least one image.
   */
  constructor(pixels: Tensor, indices?: Tensor, origin: Origin | null = null) {
    if (!(pixels instanceof Tensor)) {
      throw new ArgumentError(`A batch's pixels are a tensor (B, C, H, W), got ${typeof pixels}.`);
    }
    const shape = pixels.shape;
    if (shape.length < 2 || shape[0] < 1) {
      throw new ShapeError(
        `A batch is of at least one image, (B, C, H, W), got the shape [${shape.join(", ")}].`,
      );
    }
    this.pixels = pixels;
    this.#renderings = new Renderings(pixels);
    this.indices = indices ?? arange(shape[0]);
    this.origin = origin;
  }

  /** The number of images, B. */
  get length(): number {
    return this.pixels.shape[0];
  }

  /** Whose part of a batch these images are, which several processes share; null for a whole batch. */
  get share(): Share | null {
    return this.#share;
  }

  /** How many images the batch has, with those of all processes that share it. */
  get wholeLength(): number {
    return this.length * (this.#share?.size ?? 1);
  }

  /** Says that the images are one process's part of a batch, and every process has as many; null for a whole batch. */
  asShare(share: Share | null): this {
    this.#share = share;
    return this;
  }

  /** {@linkcode Batch.indices} as plain numbers; the same array each time, so that it is not to be changed. */
  places(): Int32Array {
    // Every stored teacher asks for them.
    return this.#places ??= Int32Array.from(this.indices.data() as BigInt64Array, Number);
  }

  /** The pixels as a network without a view sees them: float32 from 0 to 1 of bytes, others as they are. */
  get images(): Tensor {
    return this.view(null);
  }

  /**
   * The pixels as a network of this view sees them: resized and normalized. Equal views are rendered once while the
   * rendered images live; they belong to the scope that is open.
   *
   * @throws As `applyView` does.
   */
  view(view: View | null): Tensor {
    return this.#renderings.of(view);
  }

  /** What the student sees of stronger augmentation (B, C, H, W); null where it sees {@linkcode Batch.pixels}, as teachers do. */
  get strong(): Tensor | null {
    return this.#strong?.pixels ?? null;
  }

  /** Takes over pixels that the student alone sees, of the same images. */
  strengthen(pixels: Tensor): this {
    this.#strong = pixels === this.pixels ? null : { pixels, renderings: new Renderings(pixels) };
    return this;
  }

  /** The pixels as a student of this view sees them: see {@linkcode Batch.view}. */
  studentView(view: View | null): Tensor {
    return (this.#strong?.renderings ?? this.#renderings).of(view);
  }

  /** This batch with other pixels, on `device`; pixels that are not needed any more are disposed of. */
  abstract withPixels(pixels: Tensor, device: Device, origin: Origin | null): this;

  /** All its tensors. */
  tensors(): Tensor[] {
    return [this.pixels, this.indices, ...(this.#strong ? [this.#strong.pixels] : [])];
  }

  /** Takes the tensors out of the scope they were made in: they live until {@linkcode dispose}. */
  keep(): this {
    for (const tensor of this.tensors()) keep(tensor);
    return this;
  }

  /** Frees the tensors, and what was rendered of them. */
  dispose(): void {
    this.#renderings.dispose();
    this.#strong?.renderings.dispose();
    for (const tensor of this.tensors()) tensor.dispose();
  }

  /** Same as {@linkcode Batch.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Images with their labels. */
export class LabelledBatch extends Batch {
  /** The classes: int64 (B), on the pixels' device. */
  readonly labels: Tensor;

  /**
   * Takes over the tensors.
   *
   * @throws {ArgumentError} if pixels or labels are no tensors.
   * @throws {ShapeError} if there is not one label for each image.
   */
  constructor(pixels: Tensor, labels: Tensor, indices?: Tensor, origin: Origin | null = null) {
    super(pixels, indices, origin);
    if (!(labels instanceof Tensor)) {
      throw new ArgumentError(`A batch's labels are a tensor (B), got ${typeof labels}.`);
    }
    const shape = labels.shape;
    if (shape.length !== 1 || shape[0] !== this.length) {
      throw new ShapeError(
        `${this.length} images need labels of shape [${this.length}], got [${shape.join(", ")}].`,
      );
    }
    this.labels = labels;
  }

  /** All its tensors. */
  override tensors(): Tensor[] {
    return [...super.tensors(), this.labels];
  }

  /** This batch with other pixels, its labels moved to their device. */
  override withPixels(pixels: Tensor, device: Device, origin: Origin | null): this {
    if (pixels !== this.pixels) this.pixels.dispose();
    let labels = this.labels;
    if (device !== "cpu") {
      labels = uploadLabels(labels, device);
      this.labels.dispose();
    }
    return new LabelledBatch(pixels, labels, this.indices, origin) as this;
  }
}

/**
 * Images without labels. The type is its own: a {@linkcode LabelledBatch} cannot be given where this
 * is asked for.
 */
export class UnlabelledBatch extends Batch {
  declare private readonly unlabelled: true;

  /** This batch with other pixels. */
  override withPixels(pixels: Tensor, _device: Device, origin: Origin | null): this {
    if (pixels !== this.pixels) this.pixels.dispose();
    return new UnlabelledBatch(pixels, this.indices, origin) as this;
  }
}
