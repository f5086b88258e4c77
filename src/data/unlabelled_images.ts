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
import { holdImages } from "./hold_images.ts";
import type { WholeNumbers } from "./whole_numbers.ts";
import { toIndices } from "./indices.ts";
import { takenOf } from "./selection/choose.ts";
import { imagesTogether } from "./selection/images_together.ts";
import type { JoinOptions, SplitOptions } from "./selection/options.ts";
import { splitOrder } from "./shuffle.ts";

/** What messages call them. */
const NAME = "UnlabelledImages";

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
    this.images = holdImages(images, NAME);
    const [length, channels, height, width] = this.images.shape;
    this.length = length;
    this.imageShape = [channels, height, width];
  }

  /** Several data sets as one, in their order. @ignore */
  static together(
    datasets: readonly UnlabelledImages[],
    options: JoinOptions,
  ): UnlabelledImages {
    return scope(() => {
      const names = datasets.map((_, i) => `data set ${i}`);
      return new UnlabelledImages(
        imagesTogether(datasets.map(({ images }) => images), names, options),
      );
    });
  }

  /**
   * The images of these indices, copied.
   *
   * @throws {IndexError} If an index is out of range.
   */
  subset(indices: WholeNumbers): UnlabelledImages {
    return scope(() => {
      const picks = tensor(toIndices(indices, this.length, NAME));
      return new UnlabelledImages(this.images.indexSelect(0, picks));
    });
  }

  /** The first `count` images (all, if there are fewer), in the same memory. */
  take(count: number): UnlabelledImages {
    return scope(() => new UnlabelledImages(this.images.narrow(0, 0, takenOf(count, this.length))));
  }

  /**
   * Random parts that have no image in common, of the given sizes, copied; images that are left over are in none.
   *
   * @param sizes How many images each part gets.
   * @throws {ArgumentError} If a size is not a whole number, or there are too few images.
   */
  split(sizes: readonly number[], options: SplitOptions = {}): UnlabelledImages[] {
    return splitOrder(NAME, this.length, sizes, options.seed ?? 0)
      .map((indices) => this.subset(indices));
  }

  /**
   * The images of these indices.
   *
   * @throws {IndexError} If an index is out of range.
   */
  batch(indices: Int32Array): UnlabelledBatch {
    const picks = tensor(toIndices(indices, this.length, NAME));
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
