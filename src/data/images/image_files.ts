/**
 * Image files with labels, and without.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { tensor } from "../../torch/creation.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { LabelledBatch, UnlabelledBatch } from "../batch.ts";
import type { UnlabelledOptions } from "../image_dataset.ts";
import { inOrder, selectionOrder, splitOrder } from "../shuffle.ts";
import { checkCount } from "../hold_images.ts";
import type { WholeNumbers } from "../whole_numbers.ts";
import { plainNumbers, toIndices, toInt64 } from "../indices.ts";
import { DecodedImages, type ImageReadOptions } from "./decoded_images.ts";
import type { ImageSource } from "./image_source.ts";
import { PickedSource } from "./file_source.ts";

/** What {@linkcode ImageFiles} are made of. */
export interface ImageFilesParts {
  /** Where the files are. */
  readonly source: ImageSource;
  /** The class of each image. */
  readonly labels: WholeNumbers;
  /** The classes' names: a label is an index into them. */
  readonly classNames: readonly string[];
  /** What messages call it. */
  readonly name: string;
}

/**
 * Labelled image files, decoded when a loader asks for them: `ImageFolder`, `ImageList` and `TarShards` are such,
 * and parts of them.
 *
 * Every file becomes 8-bit RGB, as Pillow's `convert("RGB")` makes it: gray is repeated, transparency dropped, color
 * profiles are passed over, of several pages the first counts. Values of 16 bits lose their lower half, where Pillow cuts
 * gray ones off at 255.
 *
 * Dispose of them, or declare them with `using`, to end the threads that decode; idle threads keep no process alive.
 */
export class ImageFiles extends DecodedImages<LabelledBatch> {
  declare private readonly labelled: true;

  /** The classes' names: a label is an index into them. */
  readonly classNames: readonly string[];
  /** The class of each image. */
  readonly labels: Int32Array;

  /**
   * Names the files; none is opened.
   *
   * @param parts The files, their labels, the classes' names.
   * @param options How the files are read.
   * @throws {ArgumentError} If labels and files are not as many, there is no class, or an option is not usable.
   * @throws {IndexError} If a label is not the index of a class name.
   */
  constructor(parts: ImageFilesParts, options: ImageReadOptions = {}) {
    super(parts.source, parts.name, options);
    const { name, classNames } = parts;
    if (classNames.length === 0) {
      throw new ArgumentError(`${name}: classNames is empty; give a name for every class.`);
    }
    const labels = toInt64(
      plainNumbers(parts.labels, `${name}: labels`),
      classNames.length,
      (label, row) =>
        `${name}: label ${label} of image ${row}, an index of ${classNames.length} classes,`,
    );
    if (labels.length !== this.length) {
      throw new ArgumentError(
        `${name}: ${this.length} images, but ${labels.length} labels; give one each.`,
      );
    }
    this.classNames = Object.freeze([...classNames]);
    this.labels = Int32Array.from(labels, Number);
  }

  /** The number of classes. */
  get numClasses(): number {
    return this.classNames.length;
  }

  /** How many images each class has. */
  classCounts(): number[] {
    const counts = new Array<number>(this.numClasses).fill(0);
    for (const label of this.labels) counts[label]++;
    return counts;
  }

  /**
   * The images of these indices, in the same label space, with threads of their own.
   *
   * @param indices Which images, in this order.
   * @param options What is to be read differently, such as `{ part: { kind: "center", size: 224 } }`.
   * @throws {ArgumentError} If an index is not a whole number.
   * @throws {IndexError} If an index is out of range.
   */
  subset(indices: WholeNumbers, options: ImageReadOptions = {}): ImageFiles {
    const picks = Int32Array.from(toIndices(indices, this.length, this.name), Number);
    return new ImageFiles({
      source: new PickedSource(this.source, picks),
      labels: picks.map((pick) => this.labels[pick]),
      classNames: this.classNames,
      name: this.name,
    }, { ...this.options, ...options });
  }

  /** The first `count` images (all, if there are fewer). */
  take(count: number, options: ImageReadOptions = {}): ImageFiles {
    return this.subset(inOrder(checkCount(count, this.length)), options);
  }

  /**
   * Random parts that have no image in common, of the given sizes; images that are left over are in none.
   *
   * @param sizes How many images each part gets.
   * @param options `seed`: the seed of the choice; 0 by default.
   * @throws {ArgumentError} If a size is not a whole number, or there are too few images.
   */
  split(sizes: readonly number[], options: { seed?: number } = {}): ImageFiles[] {
    return splitOrder(this.name, this.length, sizes, options.seed ?? 0)
      .map((indices) => this.subset(indices));
  }

  /**
   * The images alone, as a type that holds no labels: what a student is trained on. They are put in random order,
   * because the place of an image can tell its class, unless `shuffle` is false.
   */
  unlabelled(options: UnlabelledOptions & ImageReadOptions = {}): UnlabelledImageFiles {
    const { shuffle = true, seed = 0, ...reading } = options;
    const source = shuffle
      ? new PickedSource(this.source, selectionOrder(this.length, seed))
      : this.source;
    return new UnlabelledImageFiles(source, this.name, { ...this.options, ...reading });
  }

  /** The batch of these images. @ignore */
  protected override assemble(images: Tensor, indices: Int32Array): LabelledBatch {
    const labels = tensor(indices.map((index) => this.labels[index]), { dtype: "int64" });
    return new LabelledBatch(images, labels, tensor(indices, { dtype: "int64" }));
  }
}

/**
 * Image files without labels, decoded when a loader asks for them. The type is its own: {@linkcode ImageFiles}
 * cannot be given where this is asked for. Paths may name classes, but no batch holds them.
 */
export class UnlabelledImageFiles extends DecodedImages<UnlabelledBatch> {
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

  /** The batch of these images. @ignore */
  protected override assemble(images: Tensor, indices: Int32Array): UnlabelledBatch {
    return new UnlabelledBatch(images, tensor(indices, { dtype: "int64" }));
  }
}
