/**
 * The rotation task: images turned by 0, 90, 180 or 270 degrees, to tell by how much (Gidaris et al. 2018).
 * It needs no labels.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { UnlabelledBatch, UnlabelledImages } from "../../data/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Batches } from "../../train/method.ts";
import type { Labelled } from "../../train/supervised.ts";

/** Batches of turned images; their labels are the quarter turns. */
export class RotationBatches implements Batches<Labelled> {
  readonly #loader: data.Loader<UnlabelledBatch>;

  /** Turns these images. */
  constructor(
    upright: UnlabelledImages,
    options: { batchSize: number; seed: number; pixels: { mean: number[]; std: number[] } },
  ) {
    const { batchSize, seed, pixels } = options;
    this.#loader = new data.Loader(upright, {
      batchSize,
      seed,
      shuffle: true,
      transform: data.normalize(pixels.mean, pixels.std),
    });
  }

  /** The number of batches in an epoch. */
  get length(): number {
    return this.#loader.length;
  }

  /** The batches of an epoch, each four times as large as the loader's. */
  *epoch(epoch: number, options?: { from?: number }): Iterable<Labelled> {
    for (const batch of this.#loader.epoch(epoch, options)) {
      const { images, labels } = data.rotate90(batch.images);
      batch.dispose();
      torch.keep(images);
      torch.keep(labels);
      yield {
        images,
        labels,
        [Symbol.dispose]() {
          images.dispose();
          labels.dispose();
        },
      };
    }
  }
}
