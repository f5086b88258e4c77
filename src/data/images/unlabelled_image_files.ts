/**
 * Image files without labels.
 *
 * @module
 */

import { tensor } from "../../torch/creation.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { UnlabelledBatch } from "../batch.ts";
import { toIndices } from "../indices.ts";
import type { WholeNumbers } from "../whole_numbers.ts";
import { DecodedImages } from "./decoded_images.ts";
import { JoinedSource, PickedSource } from "./file_source.ts";
import type { ImageSource } from "./image_source.ts";
import { jointReading } from "./joint_reading.ts";
import type { ImageReadOptions } from "./read_options.ts";

/**
 * Image files without labels, decoded when a loader asks for them. The type is its own: `ImageFiles`
 * cannot be given where this is asked for. Paths may name classes, but no batch holds them.
 */
export class UnlabelledImageFiles extends DecodedImages<UnlabelledBatch, UnlabelledImageFiles> {
  declare private readonly unlabelled: true;

  /**
   * Names the files; none is opened.
   *
   * @param source Where the files are.
   * @param name What messages call it.
   * @param options How the files are read.
   * @throws {ArgumentError} If an option is not usable.
   */
  constructor(source: ImageSource, name: string, options: ImageReadOptions = {}) {
    super(source, name, options);
  }

  /** Several data sets as one, in their order. @ignore */
  static together(
    datasets: readonly UnlabelledImageFiles[],
    name: string,
    options: ImageReadOptions,
  ): UnlabelledImageFiles {
    const source = new JoinedSource(datasets.map(({ source }) => source));
    return new UnlabelledImageFiles(source, name, jointReading(datasets, options));
  }

  /**
   * The images of these indices, with threads of their own.
   *
   * @param indices Which images, in this order.
   * @param options What is to be read differently.
   * @throws {ArgumentError} If an index is not a whole number.
   * @throws {IndexError} If an index is out of range.
   */
  override subset(indices: WholeNumbers, options: ImageReadOptions = {}): UnlabelledImageFiles {
    const picks = Int32Array.from(toIndices(indices, this.length, this.name), Number);
    const source = new PickedSource(this.source, picks);
    return new UnlabelledImageFiles(source, this.name, { ...this.options, ...options });
  }

  /** The batch of these images. @ignore */
  protected override assemble(images: Tensor, indices: Int32Array): UnlabelledBatch {
    return new UnlabelledBatch(images, tensor(indices, { dtype: "int64" }));
  }
}
