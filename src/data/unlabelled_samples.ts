/**
 * Images without labels that are read one by one.
 *
 * @module
 */

import { tensor } from "../torch/creation.ts";
import { UnlabelledBatch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { toIndices } from "./indices.ts";
import {
  checkedSamples,
  joinSamples,
  pickSamples,
  readBatch,
  SAMPLES,
  type Samples,
} from "./sample_batches.ts";
import type { Sample, SampleSource } from "./sample_source.ts";
import { takenOf } from "./selection/choose.ts";
import type { SplitOptions } from "./selection/options.ts";
import { inOrder, splitOrder } from "./shuffle.ts";
import type { WholeNumbers } from "./whole_numbers.ts";

/** Images without labels that are read when they are needed; `unlabelledSamples` makes them. */
export class UnlabelledSamples implements Dataset<UnlabelledBatch> {
  /** How many images there are. */
  readonly length: number;
  readonly #source: Samples<Sample>;

  /**
   * Holds on to the source; nothing is read.
   *
   * @throws {ArgumentError} If the length or the shape is not of whole numbers.
   */
  constructor(source: SampleSource<Sample>) {
    this.#source = checkedSamples(source);
    this.length = this.#source.length;
  }

  /** Several data sets as one, in their order. @ignore */
  static together(datasets: readonly UnlabelledSamples[]): UnlabelledSamples {
    const sources = datasets.map((dataset) => dataset.#source);
    return new UnlabelledSamples(joinSamples(sources, SAMPLES, (sample) => sample));
  }

  /**
   * The images of these indices.
   *
   * @throws {ArgumentError} If an index is not a whole number.
   * @throws {IndexError} If an index is out of range.
   */
  subset(indices: WholeNumbers): UnlabelledSamples {
    const picks = Int32Array.from(toIndices(indices, this.length, this.#source.name), Number);
    return new UnlabelledSamples(pickSamples(this.#source, picks, (sample) => sample));
  }

  /** The first `count` images (all, if there are fewer). */
  take(count: number): UnlabelledSamples {
    return this.subset(inOrder(takenOf(count, this.length)));
  }

  /**
   * Random parts that have no image in common, of the given sizes; images that are left over are in none.
   *
   * @param sizes How many images each part gets.
   * @throws {ArgumentError} If a size is not a whole number, or there are too few images.
   */
  split(sizes: readonly number[], options: SplitOptions = {}): UnlabelledSamples[] {
    return splitOrder(this.#source.name, this.length, sizes, options.seed ?? 0)
      .map((indices) => this.subset(indices));
  }

  /**
   * The images of these indices; a promise if the source gives one.
   *
   * @throws {IndexError} If an index is out of range.
   * @throws {ShapeError} If an image has another size than the source says.
   */
  batch(indices: Int32Array): UnlabelledBatch | Promise<UnlabelledBatch> {
    return readBatch(
      this.#source,
      indices,
      (_, pixels, indices) => new UnlabelledBatch(pixels, tensor(indices)),
    );
  }
}
