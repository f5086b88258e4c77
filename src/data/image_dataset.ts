/**
 * Labelled images in memory.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { tensor } from "../torch/creation.ts";
import { keep, scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { LabelledBatch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { selectionOrder, splitOrder } from "./shuffle.ts";
import { type ImageArrays, validateImageArrays } from "./sources/arrays.ts";
import { UnlabelledImages } from "./unlabelled_images.ts";
import { checkCount, holdImages } from "./hold_images.ts";
import type { WholeNumbers } from "./whole_numbers.ts";
import { plainNumbers, toIndices, toInt64 } from "./indices.ts";

/** A data set that a label space came from, and which of the classes are its own. */
export interface DatasetSource {
  /** The data set's name. */
  readonly name: string;
  /** Its classes: from the first up to, not including, the second. */
  readonly classes: readonly [from: number, to: number];
}

/** What an {@linkcode ImageDataset} is made of. */
export interface ImageDatasetParts {
  /** uint8 (N, C, H, W). Their memory is shared, not copied. */
  readonly images: Tensor;
  /** The class of each image. */
  readonly labels: WholeNumbers;
  /** The classes' names: a label is an index into them. */
  readonly classNames: readonly string[];
  /** What messages and tables call it. */
  readonly name?: string;
  /** Which data sets the classes come from; all from this one by default. */
  readonly sources?: readonly DatasetSource[];
}

/** Which images {@linkcode ImageDataset.ofClasses} takes, and how it numbers their classes. */
export interface OfClassesOptions {
  /** Numbers the classes left anew from 0, in their old order; else the label space stays as it is. */
  relabel?: boolean;
  /** The new name. */
  name?: string;
}

/** How {@linkcode ImageDataset.unlabelled} orders the images. */
export interface UnlabelledOptions {
  /** Puts the images in random order (the default), so that places tell nothing; needs a copy. */
  shuffle?: boolean;
  /** The seed of the order; 0 by default. */
  seed?: number;
}

/**
 * Labelled images of one size in memory, one byte a value.
 *
 * The tensors live outside every scope, until {@linkcode ImageDataset.dispose} or until nothing refers
 * to the dataset any more. Datasets made from it own their tensors: each can be disposed of alone.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * using dataset = new data.ImageDataset({
 *   images: torch.zeros([4, 1, 28, 28], { dtype: "uint8" }),
 *   labels: [0, 1, 0, 1],
 *   classNames: ["dark", "light"],
 * });
 * using few = dataset.balancedSubset(1, 0);
 * console.log(few.length); // 2
 * ```
 */
export class ImageDataset implements Dataset<LabelledBatch>, Disposable {
  declare private readonly labelled: true;

  /** The images: uint8 (N, C, H, W), on the CPU. */
  readonly images: Tensor;
  /** The class of each image: int64 (N), on the CPU. */
  readonly labels: Tensor;
  /** The classes' names: a label is an index into them. */
  readonly classNames: readonly string[];
  /** What messages and tables call it. */
  readonly name: string;
  /** Which data sets the classes come from: ranges that cover the label space in order. */
  readonly sources: readonly DatasetSource[];
  /** How many images there are. */
  readonly length: number;
  /** Channels, rows and columns of an image. */
  readonly imageShape: readonly [channels: number, height: number, width: number];

  /**
   * Holds on to images, and checks that labels and names fit them.
   *
   * @param parts The images, their labels, the classes' names.
   * @throws {ShapeError} If the images have not four dimensions, or are not as many as the labels.
   * @throws {DTypeError} If the images are not uint8.
   * @throws {ArgumentError} If a label is not a whole number (NaN too), or names or sources do not fit.
   * @throws {IndexError} If a label is not the index of a class name.
   */
  constructor(parts: ImageDatasetParts) {
    const name = parts.name ?? "images";
    const classes = parts.classNames.length;
    if (classes === 0) {
      throw new ArgumentError(`${name}: classNames is empty; give a name for every class.`);
    }
    const sources = parts.sources ?? [{ name, classes: [0, classes] }];
    checkSources(sources, classes, name);
    const given = plainNumbers(parts.labels, `${name}: labels`);
    const labels = toInt64(
      given,
      classes,
      (value, row) => `${name}: label ${value} of image ${row}, an index of ${classes} classes,`,
    );
    const images = holdImages(parts.images, name);
    const [length, channels, height, width] = images.shape;
    if (length !== labels.length) {
      images.dispose();
      throw new ShapeError(
        `${name}: ${length} images, but ${labels.length} labels; give one each.`,
      );
    }
    this.images = images;
    this.labels = keep(tensor(labels));
    this.classNames = Object.freeze([...parts.classNames]);
    this.name = name;
    this.sources = sources;
    this.length = length;
    this.imageShape = [channels, height, width];
  }

  /**
   * A dataset of what a loader of files gives; the pixels are copied once.
   *
   * @param arrays Images (NHWC) and labels.
   * @param name What messages and tables call it.
   * @throws {ArgumentError} If sizes and arrays do not fit together.
   * @throws {IndexError} If a label is not the index of a class name.
   */
  static fromArrays(arrays: ImageArrays, name?: string): ImageDataset {
    validateImageArrays(arrays, name);
    const { count, height, width, channels, labels, classNames } = arrays;
    return scope(() => {
      const pixels = tensor(arrays.images, { shape: [count, height, width, channels] });
      return new ImageDataset({ images: pixels.permute(0, 3, 1, 2), labels, classNames, name });
    });
  }

  /** The number of classes. */
  get numClasses(): number {
    return this.classNames.length;
  }

  /** How many images each class has. */
  classCounts(): number[] {
    const counts = new Array<number>(this.numClasses).fill(0);
    for (const label of this.#labelValues()) counts[label]++;
    return counts;
  }

  /**
   * Which of {@linkcode ImageDataset.sources} a class comes from, as an index into them.
   *
   * @throws {ArgumentError} If there is no such class.
   */
  sourceOf(label: number): number {
    const found = this.sources.findIndex(({ classes: [from, to] }) => label >= from && label < to);
    if (found < 0 || !Number.isInteger(label)) {
      throw new ArgumentError(
        `${this.name}: there is no class ${label}; there are ${this.numClasses}.`,
      );
    }
    return found;
  }

  /**
   * The images of these indices, copied, in the same label space.
   *
   * @throws {ArgumentError} If an index is not a whole number.
   * @throws {IndexError} If an index is out of range.
   */
  subset(indices: WholeNumbers): ImageDataset {
    return scope(() => {
      const picks = tensor(toIndices(indices, this.length, this.name));
      return this.#with(this.images.indexSelect(0, picks), this.labels.indexSelect(0, picks));
    });
  }

  /** The first `count` images (all, if there are fewer), in the same memory. */
  take(count: number): ImageDataset {
    const taken = checkCount(count, this.length);
    return scope(() =>
      this.#with(this.images.narrow(0, 0, taken), this.labels.narrow(0, 0, taken))
    );
  }

  /**
   * Random parts that have no image in common, of the given sizes; images that are left over are in
   * none. All are copies.
   *
   * @param sizes How many images each part gets.
   * @param options `seed`: the seed of the choice; 0 by default.
   * @throws {ArgumentError} If a size is not a whole number, or there are too few images.
   *
   * @example
   * ```ts
   * import { data, torch } from "@apprentice/distill";
   *
   * using dataset = new data.ImageDataset({
   *   images: torch.zeros([10, 1, 8, 8], { dtype: "uint8" }),
   *   labels: new Uint8Array(10),
   *   classNames: ["dark"],
   * });
   * const [train, validation] = dataset.split([8, 2], { seed: 1 });
   * ```
   */
  split(sizes: readonly number[], options: { seed?: number } = {}): ImageDataset[] {
    return splitOrder(this.name, this.length, sizes, options.seed ?? 0)
      .map((indices) => this.subset(indices));
  }

  /**
   * The images of some classes, copied, in their order.
   *
   * @param classes Labels or names.
   * @throws {ArgumentError} If there is no such class, or none is given.
   */
  ofClasses(classes: readonly (number | string)[], options: OfClassesOptions = {}): ImageDataset {
    const wanted = this.#findClasses(classes);
    const kept = [...wanted].sort((a, b) => a - b);
    const labels = this.#labelValues();
    const rows: number[] = [];
    for (let row = 0; row < labels.length; row++) if (wanted.has(labels[row])) rows.push(row);
    return scope(() => {
      const picks = tensor(toIndices(rows, this.length, this.name));
      const images = this.images.indexSelect(0, picks);
      const name = options.name ?? this.name;
      if (!options.relabel) {
        return this.#with(images, this.labels.indexSelect(0, picks), name);
      }
      const numbers = new Map(kept.map((label, number) => [label, number]));
      return new ImageDataset({
        images,
        labels: rows.map((row) => numbers.get(labels[row])!),
        classNames: kept.map((label) => this.classNames[label]),
        name,
        sources: this.#sourcesOf(kept),
      });
    });
  }

  /**
   * `perClass` random images of every class, in random order: the few labels of semi-supervised
   * learning. Classes without any image are passed over.
   *
   * @param perClass How many of each class.
   * @param seed The seed of the choice; 0 by default.
   * @throws {ArgumentError} If `perClass` is not a whole number of at least 1, or a class has some
   * images, but fewer than that.
   */
  balancedSubset(perClass: number, seed = 0): ImageDataset {
    if (!Number.isSafeInteger(perClass) || perClass < 1) {
      throw new ArgumentError(
        `${this.name}: perClass is a whole number of at least 1, got ${perClass}.`,
      );
    }
    this.classCounts().forEach((count, label) => {
      if (count > 0 && count < perClass) {
        throw new ArgumentError(
          `${this.name}: class ${label} (${this.classNames[label]}) has ${count} images, fewer ` +
            `than the ${perClass} wanted of each class.`,
        );
      }
    });
    const labels = this.#labelValues();
    const left = new Array<number>(this.numClasses).fill(perClass);
    return this.subset(
      selectionOrder(this.length, seed).filter((row) => left[labels[row]]-- > 0),
    );
  }

  /**
   * The images alone, as a type that holds no labels: what a student is trained on.
   *
   * They are put in random order, which needs a copy, because the place of an image can tell its
   * class. Without `shuffle` they keep their order and share this dataset's memory.
   */
  unlabelled(options: UnlabelledOptions = {}): UnlabelledImages {
    if (options.shuffle === false) return new UnlabelledImages(this.images);
    return scope(() => {
      const order = toIndices(
        selectionOrder(this.length, options.seed ?? 0),
        this.length,
        this.name,
      );
      return new UnlabelledImages(this.images.indexSelect(0, tensor(order)));
    });
  }

  /**
   * The images of these indices, with their labels.
   *
   * @throws {IndexError} If an index is out of range.
   */
  batch(indices: Int32Array): LabelledBatch {
    const picks = tensor(toIndices(indices, this.length, this.name));
    const images = this.images.indexSelect(0, picks);
    return new LabelledBatch(images, this.labels.indexSelect(0, picks), picks);
  }

  /** Frees images and labels. */
  dispose(): void {
    this.images.dispose();
    this.labels.dispose();
  }

  /** Same as {@linkcode ImageDataset.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #with(images: Tensor, labels: Tensor, name: string = this.name): ImageDataset {
    const { classNames, sources } = this;
    return new ImageDataset({ images, labels, classNames, name, sources });
  }

  #labelValues(): Int32Array {
    const labels = this.labels.data();
    return new Int32Array(labels.buffer).filter((_, i) => i % 2 === 0);
  }

  #findClasses(classes: readonly (number | string)[]): Set<number> {
    if (classes.length === 0) {
      throw new ArgumentError(`${this.name}: no class was given; name at least one.`);
    }
    return new Set(classes.map((wanted) => {
      const label = typeof wanted === "string" ? this.classNames.indexOf(wanted) : wanted;
      if (Number.isInteger(label) && label >= 0 && label < this.numClasses) return label;
      throw new ArgumentError(
        `${this.name}: there is no class ${JSON.stringify(wanted)}; the classes are ` +
          `${this.classNames.map((name, i) => `${i} (${name})`).join(", ")}.`,
      );
    }));
  }

  /** The ranges of the sources once only `kept`, ascending, are left of the classes. */
  #sourcesOf(kept: readonly number[]): DatasetSource[] {
    const sources: DatasetSource[] = [];
    let from = 0;
    this.sources.forEach(({ name }, source) => {
      const to = from + kept.filter((label) => this.sourceOf(label) === source).length;
      if (to > from) sources.push({ name, classes: [from, to] });
      from = to;
    });
    return sources;
  }
}

function checkSources(sources: readonly DatasetSource[], classes: number, name: string): void {
  let at = 0;
  for (const { classes: [from, to] } of sources) {
    if (from !== at || !(to > from)) at = NaN;
    else at = to;
  }
  if (at !== classes) {
    throw new ArgumentError(
      `${name}: the sources' classes ${
        sources.map(({ classes: [from, to] }) => `${from} to ${to}`).join(", ")
      } do not cover the ${classes} classes in order.`,
    );
  }
}
