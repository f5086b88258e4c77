/**
 * Labelled images in memory.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import { tensor } from "../torch/creation.ts";
import { cat } from "../torch/operators.gen.ts";
import { keep, scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { LabelledBatch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { holdImages } from "./hold_images.ts";
import { toIndices, toLabels } from "./indices.ts";
import type { DatasetSource, LabelSpace } from "./label_space.ts";
import {
  chooseBalanced,
  chooseClasses,
  chooseStratified,
  type ChosenClasses,
  countClasses,
  restOf,
  takenOf,
} from "./selection/choose.ts";
import { chooseCoarse } from "./selection/coarse.ts";
import { mislabel } from "./selection/mislabel.ts";
import { imagesTogether } from "./selection/images_together.ts";
import type {
  CoarseOptions,
  CorruptedOptions,
  JoinOptions,
  MislabelOptions,
  OfClassesOptions,
  SplitOptions,
  UnlabelledOptions,
} from "./selection/options.ts";
import { labelSpace, sourceOf, type SpaceOfSeveral } from "./selection/spaces.ts";
import { selectionOrder, splitOrder } from "./shuffle.ts";
import { type ImageArrays, validateImageArrays } from "./sources/arrays.ts";
import { transformed } from "./transformed.ts";
import { corrupt, type Corruption } from "./transforms/corrupt.ts";
import { UnlabelledImages } from "./unlabelled_images.ts";
import type { WholeNumbers } from "./whole_numbers.ts";

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
export class ImageDataset implements Dataset<LabelledBatch>, LabelSpace, Disposable {
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
    const { name = "images" } = parts;
    const { classNames, sources } = labelSpace(name, parts.classNames, parts.sources);
    const labels = toLabels(parts.labels, classNames.length, name);
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
    this.classNames = classNames;
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

  /** Several data sets as one, in their order. @ignore */
  static together(
    datasets: readonly ImageDataset[],
    { space, offsets }: SpaceOfSeveral,
    options: JoinOptions,
  ): ImageDataset {
    return scope(() => {
      const names = datasets.map(({ name }) => name);
      const images = imagesTogether(datasets.map(({ images }) => images), names, options);
      const labels = cat(datasets.map(({ labels }, i) => labels.add(offsets[i])));
      return new ImageDataset({ ...space, images, labels });
    });
  }

  /** The number of classes. */
  get numClasses(): number {
    return this.classNames.length;
  }

  /** How many images each class has. */
  classCounts(): number[] {
    return countClasses(this, this.#labelValues());
  }

  /**
   * Which of {@linkcode ImageDataset.sources} a class comes from, as an index into them.
   *
   * @throws {ArgumentError} If there is no such class.
   */
  sourceOf(label: number): number {
    return sourceOf(this, label);
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
    const taken = takenOf(count, this.length);
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
  split(sizes: readonly number[], options: SplitOptions = {}): ImageDataset[] {
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
    return this.#chosen(chooseClasses(this, this.#labelValues(), classes, options));
  }

  /**
   * The images of the classes that are named, copied, with fewer classes: each group of classes becomes one.
   *
   * @param groups For each new class its name, and the labels or names of the classes that it is made of.
   * @throws {ArgumentError} If there is no such class, one is in two groups, or there are no groups.
   */
  coarse(
    groups: Readonly<Record<string, readonly (number | string)[]>>,
    options: CoarseOptions = {},
  ): ImageDataset {
    return this.#chosen(chooseCoarse(this, this.#labelValues(), groups, options));
  }

  /**
   * All images, copied, a share of them with wrong labels: what a contradicting teacher learns from.
   *
   * @param share From 0 to 1; the number of images is rounded.
   * @throws {ArgumentError} If the share is none, or there is no other class.
   */
  mislabelled(share: number, options: MislabelOptions = {}): ImageDataset {
    return this.#chosen(mislabel(this, this.#labelValues(), share, options));
  }

  /**
   * All images, copied, as something corrupted them: a domain of its own.
   *
   * @param corruption What befalls them, as in CIFAR-10-C.
   * @param options How much of it, from 1 to 5 (3 by default), and the seed of noise (0 by default).
   * @throws {ArgumentError} If there is no such corruption or severity.
   */
  corrupted(corruption: Corruption, options: CorruptedOptions = {}): ImageDataset {
    const { seed = 0, ...rest } = options;
    return scope(() =>
      this.#with(transformed(this.images, corrupt(corruption, rest), seed), this.labels)
    );
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
    return this.subset(chooseBalanced(this, this.#labelValues(), perClass, seed));
  }

  /**
   * `perClass` random images of every class, those of {@linkcode ImageDataset.balancedSubset}, and all others in their order: the
   * labelled and the unlabelled images of semi-supervised learning, which have no image in common.
   *
   * @throws {ArgumentError} As `balancedSubset` does.
   */
  balancedSplit(perClass: number, seed = 0): [chosen: ImageDataset, rest: ImageDataset] {
    return this.#divided(chooseBalanced(this, this.#labelValues(), perClass, seed));
  }

  /**
   * A fraction of the images of every class, in random order: 0.01 gives 1 % of each class, rounded, but at least one
   * image of each that has any.
   *
   * @param fraction Above 0 and up to 1.
   * @param seed The seed of the choice; 0 by default.
   * @throws {ArgumentError} If the fraction is none.
   */
  stratifiedSubset(fraction: number, seed = 0): ImageDataset {
    return this.subset(chooseStratified(this, this.#labelValues(), fraction, seed));
  }

  /**
   * A fraction of the images of every class, those of {@linkcode ImageDataset.stratifiedSubset}, and all others in their order:
   * a test part of a data set that has none, say.
   *
   * @throws {ArgumentError} As `stratifiedSubset` does.
   */
  stratifiedSplit(fraction: number, seed = 0): [chosen: ImageDataset, rest: ImageDataset] {
    return this.#divided(chooseStratified(this, this.#labelValues(), fraction, seed));
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
      const order = selectionOrder(this.length, options.seed ?? 0);
      return new UnlabelledImages(
        this.images.indexSelect(0, tensor(order, { dtype: "int64" })),
      );
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

  #with(images: Tensor, labels: Tensor): ImageDataset {
    const { classNames, name, sources } = this;
    return new ImageDataset({ images, labels, classNames, name, sources });
  }

  #divided(chosen: Int32Array): [ImageDataset, ImageDataset] {
    return [this.subset(chosen), this.subset(restOf(chosen, this.length))];
  }

  #chosen({ indices, labels, space }: ChosenClasses): ImageDataset {
    return scope(() => {
      const images = this.images.indexSelect(0, tensor(indices, { dtype: "int64" }));
      return new ImageDataset({ ...space, images, labels });
    });
  }

  #labelValues(): Int32Array {
    const labels = this.labels.data();
    return new Int32Array(labels.buffer).filter((_, i) => i % 2 === 0);
  }
}
