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
  /**
   * The same images before they were normalized, uint8 from 0 to 255 or floating-point from 0 to 1: for
   * teachers with preprocessing of their own. A loader adds them if asked to.
   */
  readonly raw: Tensor | undefined;

  /** Takes over the tensors. */
  constructor(images: Tensor, indices: Tensor, raw?: Tensor) {
    this.images = images;
    this.indices = indices;
    this.raw = raw;
  }

  /** This batch with other images, on `device`; what is not needed any more is disposed of. */
  abstract withImages(images: Tensor, device: Device, raw?: Tensor): this;

  /** All its tensors. */
  tensors(): Tensor[] {
    return this.raw === undefined
      ? [this.images, this.indices]
      : [this.images, this.indices, this.raw];
  }

  /** Disposes of the images, unless they go on in the batch that takes this one's place. @ignore */
  protected letGo(images: Tensor, raw: Tensor | undefined): void {
    for (const own of [this.images, this.raw]) {
      if (own !== undefined && own !== images && own !== raw) own.dispose();
    }
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
  constructor(images: Tensor, labels: Tensor, indices: Tensor, raw?: Tensor) {
    super(images, indices, raw);
    this.labels = labels;
  }

  /** All its tensors. */
  override tensors(): Tensor[] {
    return [...super.tensors(), this.labels];
  }

  /** This batch with other images, its labels moved to their device. */
  override withImages(images: Tensor, device: Device, raw?: Tensor): this {
    this.letGo(images, raw);
    let labels = this.labels;
    if (device !== "cpu") {
      labels = labels.to(device);
      this.labels.dispose();
    }
    return new LabelledBatch(images, labels, this.indices, raw) as this;
  }
}

/**
 * Images without labels. The type is its own: a {@linkcode LabelledBatch} cannot be given where this
 * is asked for.
 */
export class UnlabelledBatch extends Batch {
  declare private readonly unlabelled: true;

  /** This batch with other images. */
  override withImages(images: Tensor, _device: Device, raw?: Tensor): this {
    this.letGo(images, raw);
    return new UnlabelledBatch(images, this.indices, raw) as this;
  }
}
