/**
 * Datasets of anything that gives images one by one, such as a folder of files.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { tensor } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { LabelledBatch, UnlabelledBatch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { isPromise } from "./is_promise.ts";
import { toIndices, toInt64 } from "./indices.ts";

/** One image. */
export interface Sample {
  /** Values from 0 to 255 in the order row, column, channel, as decoders of image files give them. */
  readonly pixels: Uint8Array;
}

/** One image and its class. */
export interface LabelledSample extends Sample {
  /** An index into the class names. */
  readonly label: number;
}

/** What gives images one by one. */
export interface SampleSource<S extends Sample> {
  /** How many images there are. */
  readonly length: number;
  /** Channels, rows and columns, the same for all images. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** The image of an index, or a promise of it. May be called for several at a time. */
  get(index: number): S | Promise<S>;
}

/** What gives labelled images one by one. */
export interface LabelledSampleSource extends SampleSource<LabelledSample> {
  /** The classes' names. */
  readonly classNames: readonly string[];
}

/**
 * A dataset of labelled images that are read when they are needed.
 *
 * @throws {ArgumentError} If the length or the shape is not of whole numbers.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const dataset = data.labelledSamples({
 *   length: 100,
 *   imageShape: [1, 8, 8],
 *   classNames: ["even", "odd"],
 *   async get(index) {
 *     await Promise.resolve(); // read and decode a file here
 *     return { pixels: new Uint8Array(64), label: index % 2 };
 *   },
 * });
 * const loader = new data.Loader(dataset, { batchSize: 32, prefetch: 2 });
 * for await (using batch of loader.epoch(0)) console.log(batch.labels.shape);
 * ```
 */
export function labelledSamples(
  source: LabelledSampleSource,
): Dataset<LabelledBatch> & { readonly classNames: readonly string[] } {
  const classNames = Object.freeze([...source.classNames]);
  const classes = classNames.length;
  const dataset = fromSource(source, (samples, images, indices) => {
    const labels = toInt64(
      samples.map((sample) => sample.label),
      classes,
      (value, row) => `Label ${value} of image ${indices[row]}, an index of ${classes} classes,`,
    );
    return new LabelledBatch(images, tensor(labels), tensor(indices));
  });
  return { ...dataset, classNames };
}

/**
 * A dataset of images without labels that are read when they are needed. Nothing of a sample but its
 * pixels is used.
 *
 * @throws {ArgumentError} If the length or the shape is not of whole numbers.
 */
export function unlabelledSamples(source: SampleSource<Sample>): Dataset<UnlabelledBatch> {
  return fromSource(
    source,
    (_, images, indices) => new UnlabelledBatch(images, tensor(indices)),
  );
}

type Indices = BigInt64Array<ArrayBuffer>;

function fromSource<S extends Sample, B>(
  source: SampleSource<S>,
  assemble: (samples: readonly S[], images: Tensor, indices: Indices) => B,
): { length: number; batch(indices: Int32Array): B | Promise<B> } {
  const { length, imageShape } = source;
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new ArgumentError(`A dataset's length is a whole number from 0, got ${length}.`);
  }
  if (imageShape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new ArgumentError(
      `imageShape is of whole numbers of at least 1, got [${imageShape.join(", ")}].`,
    );
  }
  const finish = (samples: readonly S[], indices: Indices): B => {
    const images = stack(samples, indices, imageShape);
    try {
      return assemble(samples, images, indices);
    } catch (error) {
      images.dispose();
      throw error;
    }
  };
  return {
    length,
    batch(indices: Int32Array): B | Promise<B> {
      const checked = toIndices(indices, length, "samples");
      const samples = Array.from(indices, (index) => source.get(index));
      if (!samples.some(isPromise)) return finish(samples as S[], checked);
      return Promise.all(samples).then((all) => finish(all, checked));
    },
  };
}

/** The pixels of some samples as one uint8 tensor (B, C, H, W). */
function stack(
  samples: readonly Sample[],
  indices: Indices,
  [channels, height, width]: readonly [number, number, number],
): Tensor {
  const size = channels * height * width;
  const pixels = new Uint8Array(samples.length * size);
  samples.forEach((sample, row) => {
    if (sample.pixels.length !== size) {
      throw new ShapeError(
        `Image ${indices[row]} has ${sample.pixels.length} values instead of ${size} ` +
          `(${height} x ${width} x ${channels}); resize it when it is read.`,
      );
    }
    pixels.set(sample.pixels, row * size);
  });
  return scope(() =>
    tensor(pixels, { shape: [samples.length, height, width, channels] })
      .permute(0, 3, 1, 2).contiguous()
  );
}
