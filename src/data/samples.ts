/**
 * Datasets of anything that gives images one by one, such as a folder of files.
 *
 * @module
 */

import { LabelledSamples } from "./labelled_samples.ts";
import type { LabelledSampleSource, Sample, SampleSource } from "./sample_source.ts";
import { UnlabelledSamples } from "./unlabelled_samples.ts";

/**
 * A dataset of labelled images that are read when they are needed.
 *
 * @throws {ArgumentError} If length, shape or labels are not of whole numbers, or there is no class.
 * @throws {IndexError} If one of the source's `labels` is not the index of a class name.
 * @throws {ShapeError} If the source says its `labels`, and not one for each image.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const dataset = data.labelledSamples({
 *   length: 100,
 *   imageShape: [1, 8, 8],
 *   classNames: ["even", "odd"],
 *   labels: Array.from({ length: 100 }, (_, index) => index % 2), // to choose by class
 *   async get(index) {
 *     await Promise.resolve(); // read and decode a file here
 *     return { pixels: new Uint8Array(64), label: index % 2 };
 *   },
 * });
 * const few = dataset.balancedSubset(10);
 * const loader = new data.Loader(few, { batchSize: 10, prefetch: 2 });
 * for await (using batch of loader.epoch(0)) console.log(batch.labels.shape); // [10], twice
 * ```
 */
export function labelledSamples(source: LabelledSampleSource): LabelledSamples {
  return new LabelledSamples(source);
}

/**
 * A dataset of images without labels that are read when they are needed. Nothing of a sample but its
 * pixels is used.
 *
 * @throws {ArgumentError} If the length or the shape is not of whole numbers.
 */
export function unlabelledSamples(source: SampleSource<Sample>): UnlabelledSamples {
  return new UnlabelledSamples(source);
}
