/**
 * Batches of a dataset, in a seeded order.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import type { Device } from "../torch/device.ts";
import { deviceCode } from "../torch/device_codes.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { Batch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { Epoch } from "./epoch.ts";
import { isPromise } from "./is_promise.ts";
import { checkWhole } from "./philox.ts";
import { checkPixelDType } from "./image_dtypes.ts";
import { inOrder } from "./shuffle.ts";
import { shuffledOrder } from "./shuffled_order.ts";
import { pixelSpec } from "./spec.ts";
import { ImageRandom } from "./image_random.ts";
import { STRONG_AUGMENTATION } from "./random_purposes.ts";
import type { PixelSource } from "./pixel_source.ts";
import type { Spec } from "../base/spec.ts";
import { checkShare, isShareable, type Share, shareOf } from "./share.ts";
import type { Transform } from "./transforms/transform.ts";
import { checkFirst } from "./check_first.ts";
import { upload } from "./upload.ts";

/** How a {@linkcode Loader} makes batches. */
export interface LoaderOptions {
  /** How many images a batch has; the last one of an epoch may have fewer. */
  batchSize: number;
  /** Another order in every epoch; false by default. */
  shuffle?: boolean;
  /** The seed of orders and transforms; 0 by default. */
  seed?: number;
  /** Leaves the last batch out if it is smaller; false by default. */
  dropLast?: boolean;
  /** Applied to the pixels of whole batches on `device`: augmentation. Networks normalize by their own views. */
  transform?: Transform;
  /**
   * Applied after `transform` to what the student alone sees, another time in every epoch: strong augmentation. Teachers see the
   * images without it, so that what they say can be stored for `views` all the same.
   */
  strong?: Transform;
  /**
   * How many variants of each image there are: epoch e shows variant e mod `views`. With them, what teachers say about the
   * images can be stored once, augmented or not. By default every epoch has another one.
   */
  views?: number;
  /** Where pixels and labels are wanted; the CPU by default. */
  device?: Device;
  /**
   * How many batches to begin ahead of the one in use, for a dataset that has to be waited for; 2 by
   * default.
   */
  prefetch?: number;
}

/** How one batch is made. */
export interface BatchOptions {
  /** Gives all images of the batch, where they are shared by several processes; false by default. */
  whole?: boolean;
}

/** Where in an epoch to begin. */
export interface EpochOptions {
  /** The first batch, from 0: those before it are left out, the rest is what it would have been. */
  from?: number;
}

/**
 * Batches of a data set, on a device. A batch holds pixels, augmented by `transform` but not normalized: every network
 * renders its own view of them.
 *
 * The order depends on seed and epoch alone, and what is random about an image on seed, variant and image: not on torch's
 * own random numbers, on the size of batches, or on what was loaded before. Any batch can be made again, and training that
 * is resumed in the middle of an epoch sees exactly the batches that were left.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * using dataset = new data.ImageDataset({
 *   images: torch.zeros([10, 1, 28, 28], { dtype: "uint8" }),
 *   labels: new Uint8Array(10),
 *   classNames: ["dark"],
 * });
 * const loader = new data.Loader(dataset, {
 *   batchSize: 4,
 *   shuffle: true,
 *   transform: data.randomCrop(2),
 * });
 * const view = { size: [28, 28] as const, ...data.MNIST_STATISTICS };
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   for (using batch of loader.epoch(epoch)) {
 *     console.log(batch.view(view).shape, batch.labels.shape); // [4, 1, 28, 28] [4]
 *   }
 * }
 * ```
 */
export class Loader<B extends Batch> implements PixelSource, Iterable<B>, AsyncIterable<B> {
  /** What is loaded from. */
  readonly dataset: Dataset<B>;
  /** How many images a batch has. */
  readonly batchSize: number;
  /** Whether every epoch has an order of its own. */
  readonly shuffle: boolean;
  /** The seed of orders and transforms. */
  readonly seed: number;
  /** Whether a smaller last batch is left out. */
  readonly dropLast: boolean;
  /** What is applied to the pixels of whole batches. */
  readonly transform: Transform | undefined;
  /** What is applied after that to what the student alone sees. */
  readonly strong: Transform | undefined;
  /** How many variants of each image there are; null for another one in every epoch. */
  readonly views: number | null;
  /** Where images and labels are put. */
  readonly device: Device;
  /** How many batches are begun ahead. */
  readonly prefetch: number;
  /** How many batches an epoch has. */
  readonly length: number;
  /** The epoch that iterating the loader itself will go through next. */
  nextEpoch = 0;

  /** Which process's part of each batch is loaded; null for all of it. */
  #share: Share | null = null;
  /** The loader of whole batches that this one loads a share of: itself, if there is no other. */
  #whole: Loader<B> = this;
  /** The orders of the epochs in use: two, because a zipped loader can be in two at once. */
  readonly #orders: Map<number, Int32Array> = new Map();
  #pixelSpec: Promise<Spec> | undefined;

  /**
   * Makes batches of a data set; none is loaded yet.
   *
   * @param dataset What to load from; it stays its owner's to dispose of.
   * @param options Size of batches, order, transforms.
   * @throws {ArgumentError} If the dataset is empty, the batch size is not a whole number of at least
   * 1, or larger than the dataset with `dropLast`, or another option is not usable.
   * @throws {DeviceError} If there is no such kind of device.
   */
  constructor(dataset: Dataset<B>, options: LoaderOptions) {
    const { batchSize, shuffle = false, seed = 0, dropLast = false, prefetch = 2 } = options;
    const { views = null } = options;
    const count = dataset.length;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError(`batchSize is a whole number of at least 1, got ${batchSize}.`);
    }
    if (!(count > 0)) {
      throw new ArgumentError(
        "The dataset is empty, so there are no batches; check how it was selected.",
      );
    }
    if (dropLast && batchSize > count) {
      throw new ArgumentError(
        `A batch of ${batchSize} is larger than the dataset of ${count} images, and with dropLast ` +
          `nothing would be left; make it smaller, or leave dropLast out.`,
      );
    }
    if (!Number.isSafeInteger(prefetch) || prefetch < 0) {
      throw new ArgumentError(`prefetch is a whole number from 0, got ${prefetch}.`);
    }
    if (views !== null && (!Number.isSafeInteger(views) || views < 1)) {
      throw new ArgumentError(`views is a whole number of at least 1, got ${views}.`);
    }
    checkWhole(seed, "A seed");
    deviceCode(options.device ?? "cpu");
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    this.dropLast = dropLast;
    this.transform = options.transform;
    this.strong = options.strong;
    this.views = views;
    this.device = options.device ?? "cpu";
    this.prefetch = prefetch;
    this.length = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  }

  /**
   * The batches of an epoch, or those from `from` on.
   *
   * @throws {ArgumentError} If the epoch is not a whole number from 0, or `from` is beyond the end.
   */
  epoch(epoch: number, options: EpochOptions = {}): Epoch<B> {
    checkWhole(epoch, "An epoch");
    const first = checkFirst(options.from, this.length);
    const make = (batch: number) => this.batch(epoch, batch);
    const keep = (batch: B) => void batch.keep();
    return new Epoch({ first, end: this.length, prefetch: this.prefetch, make, keep });
  }

  /** The batches of the next epoch: 0 the first time, and so on. */
  [Symbol.iterator](): globalThis.Generator<B, void, undefined> {
    return this.epoch(this.nextEpoch++)[Symbol.iterator]();
  }

  /** The batches of the next epoch, for datasets that have to be waited for. */
  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    return this.epoch(this.nextEpoch++)[Symbol.asyncIterator]();
  }

  /**
   * A loader of what one of several processes loads of the same batches, of the same data set: all go through the same batches
   * in the same order. An equal part of the images of each, those next to each other, where their number can be divided so;
   * otherwise, as of a smaller last batch, all of them (`Batch.share` tells). Order, length and spec are those of the whole,
   * and what is stored of its images is found.
   *
   * @throws {ArgumentError} if `batchSize` cannot be shared equally, or the rank is none.
   *
   * @example
   * ```ts
   * import { data, torch } from "@apprentice/distill";
   *
   * using images = new data.UnlabelledImages(torch.zeros([10, 1, 8, 8], { dtype: "uint8" }));
   * const loader = new data.Loader(images, { batchSize: 4 }).share({ rank: 1, size: 2 });
   * for (using batch of loader.epoch(0)) console.log(batch.places()); // [2, 3], [6, 7], [9]
   * ```
   */
  share(share: Share): Loader<B> {
    const whole = this.#whole;
    checkShare(share, this.batchSize);
    if (share.size === 1) return whole;
    const { views, ...options } = whole;
    const shared = new Loader(whole.dataset, { ...options, views: views ?? undefined });
    shared.#share = { rank: share.rank, size: share.size };
    shared.#whole = whole;
    shared.nextEpoch = this.nextEpoch;
    return shared;
  }

  /** Which process's part of each batch is loaded; null for all of it. */
  get shared(): Share | null {
    return this.#share;
  }

  /** The images' indices in the order of an epoch; do not change it. */
  order(epoch: number): Int32Array {
    if (this.#whole !== this) return this.#whole.order(epoch);
    const known = this.#orders.get(epoch);
    if (known) return known;
    checkWhole(epoch, "An epoch");
    const count = this.dataset.length;
    const order = this.shuffle ? shuffledOrder(count, this.seed, epoch) : inOrder(count);
    if (this.#orders.size > 1) this.#orders.delete(this.#orders.keys().next().value!);
    this.#orders.set(epoch, order);
    return order;
  }

  /**
   * One batch of an epoch: always the same. A promise if the dataset has to be waited for; its
   * tensors then belong to no scope.
   *
   * @throws {ArgumentError} If there is no such batch.
   */
  batch(epoch: number, index: number, options: BatchOptions = {}): B | Promise<B> {
    const start = index * this.batchSize;
    const all = this.order(epoch).subarray(start, start + this.imagesOf(index));
    const share = options.whole || !this.isShared(index) ? null : this.#share;
    const indices = share === null ? all : shareOf(all, share);
    const given = this.pixelsOf(indices, this.variantOf(epoch));
    if (!isPromise(given)) return this.#strengthened(given, epoch).asShare(share);
    if (this.strong === undefined && share === null) return given;
    return given.then((batch) => this.#strengthened(batch, epoch).asShare(share).keep());
  }

  /**
   * How many images a batch of an epoch has, with those of all processes.
   *
   * @throws {ArgumentError} If there is no such batch.
   */
  imagesOf(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new ArgumentError(`There is no batch ${index}; an epoch has ${this.length}.`);
    }
    return Math.min(this.batchSize, this.dataset.length - index * this.batchSize);
  }

  /** Whether a part of a batch is loaded, and other processes load the others. */
  isShared(index: number): boolean {
    return this.#share !== null && isShareable(this.imagesOf(index), this.#share);
  }

  /** How many images the data set has. */
  get images(): number {
    return this.dataset.length;
  }

  /** The variant of the images that an epoch shows. */
  variantOf(epoch: number): number {
    return this.views === null ? epoch : epoch % this.views;
  }

  /**
   * A batch of these images in a variant, whatever batches they are in otherwise. A promise if the data set has to be waited
   * for; its tensors then belong to no scope.
   *
   * @throws {IndexError} If an index is out of range.
   */
  pixelsOf(indices: Int32Array, variant: number): B | Promise<B> {
    const given = this.dataset.batch(indices, { seed: this.seed, epoch: variant });
    if (!isPromise(given)) return this.#finish(given, indices.length, variant);
    return given.then((batch) => this.#finish(batch.keep(), indices.length, variant).keep());
  }

  /**
   * What decides the batches: the pixels, and the order and size of batches. Where they are put and how many are begun
   * ahead is not part of it.
   */
  async spec(): Promise<Spec> {
    const { batchSize, shuffle, dropLast, seed, strong } = this;
    const pixels = await this.pixelSpec() as Record<string, Spec>;
    return {
      ...pixels,
      strong: strong && (strong.spec ?? null),
      batchSize,
      shuffle,
      dropLast,
      seed,
    };
  }

  /** What decides the pixels: the data set by a fingerprint of its contents, the transform, the seed, the variants. */
  async pixelSpec(): Promise<Spec> {
    return await (this.#whole.#pixelSpec ??= pixelSpec(this.#whole));
  }

  /** The batch with its pixels transformed, on the device. */
  #finish(given: B, count: number, variant: number): B {
    let pixels: Tensor | undefined;
    try {
      pixels = scope(() => this.#apply(given, variant));
      checkPixels(pixels, count);
      // What is stored was made of the whole.
      return given.withPixels(pixels, this.device, { source: this.#whole, variant });
    } catch (error) {
      pixels?.dispose();
      given.dispose();
      throw error;
    }
  }

  /** The batch with pixels that the student alone sees, if there are such. */
  #strengthened(batch: B, epoch: number): B {
    if (this.strong === undefined) return batch;
    let pixels: Tensor | undefined;
    try {
      const random = new ImageRandom(this.seed, epoch, batch.places(), STRONG_AUGMENTATION);
      pixels = scope(() => this.strong!(batch.pixels, random));
      checkPixels(pixels, batch.length);
      return batch.strengthen(pixels);
    } catch (error) {
      pixels?.dispose();
      batch.dispose();
      throw error;
    }
  }

  #apply(given: B, variant: number): Tensor {
    const { pixels } = given;
    const images = this.device === "cpu" ? pixels : upload(pixels, this.device);
    if (this.transform === undefined) return images;
    const random = new ImageRandom(this.seed, variant, given.places());
    return this.transform(images, random);
  }
}

function checkPixels(pixels: Tensor, count: number): void {
  checkPixelDType(pixels, "A batch");
  if (pixels.size(0) === count) return;
  throw new ShapeError(
    `A batch of ${count} images has the shape [${pixels.shape.join(", ")}] after the ` +
      `transform; a dataset and a transform must keep the number of images.`,
  );
}
