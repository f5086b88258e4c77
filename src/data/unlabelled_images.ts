/**
 * Images that a student may see.
 *
 * @module
 */

import { tensor } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { UnlabelledBatch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { checkCount, holdImages } from "./hold_images.ts";
import type { WholeNumbers } from "./whole_numbers.ts";
import { toIndices } from "./indices.ts";

/**
 * Images in memory and nothing else: no labels, no names of classes, no way back to where they came
 * from. Training without labels takes this type only, so that no label can reach the student.
 *
 * The type is its own: an `ImageDataset` cannot be given where this is asked for. Make one with
 * `ImageDataset.unlabelled`, which also puts the images in random order, because the place of an
 * image can tell its class (in this package's Fashion-MNIST the class is the place modulo 10).
 */
export class UnlabelledImages implements Dataset<UnlabelledBatch>, Disposable {
  declare private readonly unlabelled: true;

  /** The images: uint8 (N, C, H, W), on the CPU, outside every scope. */
  readonly images: Tensor;
  /** How many images there are. */
  readonly length: number;
  /** Channels, rows and columns of an image. */
  readonly imageShape: readonly [channels: number, height: number, width: number];

  /**
   * Holds on to images.
   *
   * @param images uint8 (N, C, H, W). Their memory is shared, not copied; the tensor given stays its
   * owner's to dispose of.
   * @throws {ShapeError} If they have not four dimensions.
   * @throws {DTypeError} If they are not uint8.
   */
  constructor(images: Tensor) {
    this.images = holdImages(images, "UnlabelledImages");
    const [length, channels, height, width] = this.images.shape;
    this.length = length;
    this.imageShape = [channels, height, width];
  }

  /**
   * The images of these indices, copied.
   *
   * @throws {IndexError} If an index is out of range.
   */
  subset(indices: WholeNumbers): UnlabelledImages {
    return scope(() => {
      const picks = tensor(toIndices(indices, this.length, "UnlabelledImages"));
      return new UnlabelledImages(this.images.indexSelect(0, picks));
    });
  }

  /** The first `count` images (all, if there are fewer), in the same memory. */
  take(count: number): UnlabelledImages {
    return scope(() =>
      new UnlabelledImages(this.images.narrow(0, 0, checkCount(count, this.length)))
    );
  }

  /**
   * The images of these indices.
   *
   * @throws {IndexError} If an index is out of range.
   */
  batch(indices: Int32Array): UnlabelledBatch {
    const picks = tensor(toIndices(indices, this.length, "UnlabelledImages"));
    return new UnlabelledBatch(this.images.indexSelect(0, picks), picks);
  }

  /** Frees the images. */
  dispose(): void {
    this.images.dispose();
  }

  /** Same as {@linkcode UnlabelledImages.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
