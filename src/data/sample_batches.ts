/**
 * Batches of images that come one by one, and other sources of the same images.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { tensor } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { toIndices } from "./indices.ts";
import { isPromise } from "./is_promise.ts";
import type { Sample, SampleSource } from "./sample_source.ts";

/** What messages call samples without a name. */
export const SAMPLES = "samples";

/** A source's name, length, shape and samples. */
export interface Samples<S extends Sample> extends SampleSource<S> {
  readonly name: string;
}

/**
 * What a source says now, checked.
 *
 * @throws {ArgumentError} If length or shape are not of whole numbers.
 */
export function checkedSamples<S extends Sample>(source: SampleSource<S>): Samples<S> {
  const { name = SAMPLES, length, imageShape } = source;
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new ArgumentError(`A dataset's length is a whole number from 0, got ${length}.`);
  }
  if (imageShape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new ArgumentError(
      `imageShape is of whole numbers of at least 1, got [${imageShape.join(", ")}].`,
    );
  }
  const [channels, height, width] = imageShape;
  return {
    name,
    length,
    imageShape: [channels, height, width],
    get: (index) => source.get(index),
  };
}

/**
 * Reads images, and makes a batch of them.
 *
 * @param source Where the images are.
 * @param indices Which ones.
 * @param assemble Makes the batch of samples, pixels (B, C, H, W) and int64 indices.
 * @returns A promise if the source gives one.
 */
export function readBatch<S extends Sample, B>(
  source: Samples<S>,
  indices: Int32Array,
  assemble: (samples: readonly S[], pixels: Tensor, indices: BigInt64Array<ArrayBuffer>) => B,
): B | Promise<B> {
  const { name, length, imageShape } = source;
  const checked = toIndices(indices, length, name);
  const finish = (samples: readonly S[]): B => {
    const pixels = stack(samples, checked, imageShape);
    try {
      return assemble(samples, pixels, checked);
    } catch (error) {
      pixels.dispose();
      throw error;
    }
  };
  const samples = Array.from(indices, (index) => source.get(index));
  if (!samples.some(isPromise)) return finish(samples as S[]);
  return Promise.all(samples).then(finish);
}

/**
 * Some images of a source.
 *
 * @param change What becomes of the sample at a place of the picks; for example other labels.
 */
export function pickSamples<S extends Sample, T extends Sample = S>(
  source: Samples<S>,
  picks: Int32Array,
  change: (sample: S, place: number) => T,
): Samples<T> {
  const { name, imageShape } = source;
  return {
    name,
    length: picks.length,
    imageShape,
    get: (place) => then(source.get(picks[place]), (sample) => change(sample, place)),
  };
}

/**
 * The images of several sources, one source after the other.
 *
 * @param change What becomes of a sample of a source.
 * @throws {ShapeError} If their images are of different shapes.
 */
export function joinSamples<S extends Sample>(
  sources: readonly Samples<S>[],
  name: string,
  change: (sample: S, source: number) => S,
): Samples<S> {
  const shapes = sources.map(({ imageShape }) => imageShape.join(" x "));
  if (new Set(shapes).size > 1) {
    throw new ShapeError(
      `Samples of different shapes cannot be joined (channels x height x width): ${
        sources.map(({ name }, i) => `${name} has ${shapes[i]}`).join(", ")
      }. Resize them when they are read.`,
    );
  }
  const ends: number[] = [];
  for (const { length } of sources) ends.push((ends.at(-1) ?? 0) + length);
  return {
    name,
    length: ends.at(-1) ?? 0,
    imageShape: sources[0].imageShape,
    get(index) {
      const source = ends.findIndex((end) => index < end);
      const at = index - (ends[source - 1] ?? 0);
      return then(sources[source].get(at), (sample) => change(sample, source));
    },
  };
}

function then<S, T>(value: S | Promise<S>, use: (value: S) => T): T | Promise<T> {
  return isPromise(value) ? value.then(use) : use(value);
}

/** The pixels of some samples as one uint8 tensor (B, C, H, W). */
function stack(
  samples: readonly Sample[],
  indices: BigInt64Array,
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
