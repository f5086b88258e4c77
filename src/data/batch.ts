/**
 * What a loader hands out.
 *
 * @module
 */

import type { Device } from "../torch/device.ts";
import { keep } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * Some images of a dataset. A batch belongs to whoever gets it: its tensors are disposed of with
 * {@linkcode Batch.dispose}, by `using`, or with the scope they were made in.
 */
export abstract class Batch implements Disposable {
  /** The images (B, C, H, W): float32 from a loader, uint8 straight from a dataset. */
  readonly images: Tensor;
  /** Where in the dataset the images are: int64 (B), on the CPU. */
  readonly indices: Tensor;

  /** Takes over the tensors. */
  constructor(images: Tensor, indices: Tensor) {
    this.images = images;
    this.indices = indices;
  }

  /** This batch with other images, on `device`; what is not needed any more is disposed of. */
  abstract withImages(images: Tensor, device: Device): this;

  /** All its tensors. */
  tensors(): Tensor[] {
    return [this.images, this.indices];
  }

  /** Takes the tensors out of the scope they were made in: they live until {@linkcode dispose}. */
  keep(): this {
    for (const tensor of this.tensors()) keep(tensor);
    return this;
  }

  /** Frees the tensors. */
  dispose(): void {
    for (const tensor of this.tensors()) tensor.dispose();
  }

  /** Same as {@linkcode Batch.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Images with their labels. */
export class LabelledBatch extends Batch {
  /** The classes: int64 (B), on the images' device. */
  readonly labels: Tensor;

  /** Takes over the tensors. */
  constructor(images: Tensor, labels: Tensor, indices: Tensor) {
    super(images, indices);
    this.labels = labels;
  }

  /** All its tensors. */
  override tensors(): Tensor[] {
    return [this.images, this.labels, this.indices];
  }

  /** This batch with other images, its labels moved to their device. */
  override withImages(images: Tensor, device: Device): this {
    if (images !== this.images) this.images.dispose();
    let labels = this.labels;
    if (device !== "cpu") {
      labels = labels.to(device);
      this.labels.dispose();
    }
    return new LabelledBatch(images, labels, this.indices) as this;
  }
}

/**
 * Images without labels. The type is its own: a {@linkcode LabelledBatch} cannot be given where this
 * is asked for.
 */
export class UnlabelledBatch extends Batch {
  declare private readonly unlabelled: true;

  /** This batch with other images. */
  override withImages(images: Tensor, _device: Device): this {
    if (images !== this.images) this.images.dispose();
    return new UnlabelledBatch(images, this.indices) as this;
  }
}
