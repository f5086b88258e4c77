/**
 * What data is made of, as plain data: enough to tell other images, labels, sizes or transforms from the same ones.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { crc32Of, crc32Text } from "../base/crc32.ts";
import { openFileSync } from "../base/regular_files.ts";
import { about, differencesOf, fingerprint, type Spec } from "../base/spec.ts";
import { arange } from "../torch/creation.ts";
import { noGrad } from "../torch/backward.ts";
import { fingerprintTensors } from "../torch/fingerprint.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import { type Batch, LabelledBatch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { ImageDataset } from "./image_dataset.ts";
import type { ImageSource } from "./images/image_source.ts";
import type { PixelSource } from "./pixel_source.ts";
import type { Transform } from "./transforms/transform.ts";
import { UnlabelledImages } from "./unlabelled_images.ts";

/** How many images of a dataset are looked at where they are not all in memory. */
const LOOKED_AT = 16;

/** How many files have their size looked at. */
const SIZED = 100_000;

/** How many files have bytes read, and how many bytes in all: every byte where the files are few. */
const READ = 1_024;
const READ_BYTES = 2 ** 26;

/** What datasets say of themselves, as far as they have it. */
interface Described {
  readonly images?: unknown;
  readonly labels?: unknown;
  readonly classNames?: unknown;
  readonly imageShape?: unknown;
  readonly options?: unknown;
  readonly source?: ImageSource;
  path?(index: number): string;
}

/** What makes pixels of a data set, as far as it decides them. */
interface PixelMaker<B extends Batch> extends PixelSource {
  readonly dataset: Dataset<B>;
  readonly seed: number;
  readonly transform: Transform | undefined;
  pixelsOf(indices: Int32Array, variant: number): B | Promise<B>;
}

/** What decides the pixels of an image in a variant. */
export async function pixelSpec<B extends Batch>(maker: PixelMaker<B>): Promise<Spec> {
  const { dataset, views, transform } = maker;
  // Nothing is random about images in memory that no transform changes: what is known of them holds for any seed.
  const isFixed = transform === undefined &&
    (dataset instanceof ImageDataset || dataset instanceof UnlabelledImages);
  return {
    dataset: await datasetSpec(dataset),
    seed: isFixed ? undefined : maker.seed,
    views,
    // A function that does not say what it does is known by what it does to some images.
    transform: transform === undefined ? undefined : transform.spec ?? await transformed(maker),
  };
}

/** What decides a dataset's images and labels. */
async function datasetSpec<B extends Batch>(dataset: Dataset<B>): Promise<Spec> {
  if (dataset.spec !== undefined) return await dataset.spec();
  const { images, labels, classNames, imageShape, options, path, source } = dataset as Described;
  const spec: Record<string, Spec> = { images: dataset.length };
  if (Array.isArray(imageShape)) spec.imageShape = [...imageShape];
  if (Array.isArray(classNames)) spec.classNames = [...classNames];
  if (labels instanceof Tensor) spec.labels = fingerprintTensors({ labels });
  else if (labels instanceof Int32Array) spec.labels = hashOf([labels]);
  if (images instanceof Tensor) {
    spec.pixels = fingerprintTensors({ images });
    return spec;
  }
  if (typeof path === "function") {
    spec.files = filesOf(dataset.length, (index) => path.call(dataset, index));
  }
  if (typeof source?.bytes === "function") Object.assign(spec, contentsOf(source));
  if (typeof options === "object" && options !== null) spec.reading = readingOf(options);
  spec.looks = await someImages(dataset);
  return spec;
}

/** A fingerprint of the files' names, without the folder that all of them lie in. */
function filesOf(length: number, path: (index: number) => string): string {
  const paths = Array.from({ length }, (_, index) => path(index));
  const [first = ""] = paths;
  let common = first.slice(0, first.lastIndexOf("/") + 1);
  for (const one of paths) {
    while (!one.startsWith(common)) {
      common = common.slice(0, common.lastIndexOf("/", common.length - 2) + 1);
    }
  }
  return hashOf(paths.map((one) => `${one.slice(common.length)}\n`));
}

/** Fingerprints of the files' sizes and of their bytes, as far as one can read in less than a second. */
function contentsOf(source: ImageSource): Record<string, Spec> {
  const sized = spread(source.length, SIZED);
  const read = spread(source.length, READ);
  const most = Math.floor(READ_BYTES / read.length);
  try {
    return {
      sizes: hashOf(Array.from(sized, (image) => `${sizeOf(source, image)}\n`)),
      bytes: hashOf(Array.from(read, (image) => `${beginningOf(source, image, most)}\n`)),
    };
  } catch {
    // Whatever is wrong will be said when the image is wanted for training.
    return {};
  }
}

function sizeOf(source: ImageSource, image: number): number {
  const { path, length } = source.bytes(image);
  return length ?? Deno.statSync(path).size;
}

/** The checksum of an image's bytes, of the first `most` where there are more. */
function beginningOf(source: ImageSource, image: number, most: number): string {
  const { path, offset = 0, length } = source.bytes(image);
  using file = openFileSync(path);
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.min(most, length ?? file.statSync().size));
  let filled = 0;
  while (filled < bytes.length) {
    const count = file.readSync(bytes.subarray(filled));
    if (!count) break;
    filled += count;
  }
  return crc32Text(crc32Of(bytes.subarray(0, filled)));
}

/** At most `most` of `length` places, evenly spread. */
function spread(length: number, most: number): Int32Array {
  const count = Math.min(most, length);
  return Int32Array.from({ length: count }, (_, i) => Math.floor(i * length / count));
}

/** How files are read, without what changes nothing about the images. */
function readingOf(options: object): Spec {
  const { workers: _, onSkip: __, ...rest } = options as Record<string, unknown>;
  return JSON.parse(JSON.stringify(rest));
}

function hashOf(parts: Iterable<string | Int32Array>): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 16);
}

/** What some images of a dataset look like, evenly spread; null if they cannot be had. */
async function someImages<B extends Batch>(dataset: Dataset<B>): Promise<Spec> {
  return await lookOf(() => dataset.batch(spread(dataset.length, LOOKED_AT)));
}

/**
 * What some images look like in their first variant; null if they cannot be had, or are others each time they are made,
 * which a transform can do that draws random numbers of its own.
 */
async function transformed<B extends Batch>(maker: PixelMaker<B>): Promise<Spec> {
  const make = () => maker.pixelsOf(spread(maker.images, LOOKED_AT), 0);
  const [first, second] = [await lookOf(make), await lookOf(make)];
  return differencesOf(first, second).length === 0 ? first : null;
}

async function lookOf<B extends Batch>(make: () => B | Promise<B>): Promise<Spec> {
  let batch: B;
  try {
    const made = make();
    batch = made instanceof Promise ? await made : made;
  } catch {
    // Whatever is wrong will be said when the batch is wanted for training.
    return null;
  }
  try {
    return {
      ...looks(batch.pixels),
      labels: batch instanceof LabelledBatch
        ? fingerprint(Array.from(batch.labels.data() as BigInt64Array, Number))
        : undefined,
    };
  } finally {
    batch.dispose();
  }
}

/**
 * Some means over the values of a batch, which change with nearly everything that can be done to images: of the values,
 * of their squares, and of the values weighted by row, by column and by image. Not exact ones, because devices round
 * differently.
 */
export function looks(images: Tensor): Record<string, Spec> {
  return noGrad(() =>
    scope(() => {
      const pixels = images.detach().cpu().to("float64");
      const mean = (values: Tensor): Spec => about(values.mean().item() as number);
      const weighted = (dim: number): Spec => {
        const length = pixels.size(dim);
        const weights = arange(length).to("float64").div(length).add(0.5);
        const shape = pixels.shape.map((_, i) => i === dim ? length : 1);
        return mean(pixels.mul(weights.reshape(shape)));
      };
      const dims = Array.from({ length: pixels.ndim }, (_, i) => i);
      return {
        shape: images.shape,
        mean: mean(pixels),
        squares: mean(pixels.pow(2)),
        byDimension: dims.map(weighted),
      };
    })
  );
}
