/**
 * Image files with labels.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { tensor } from "../../torch/creation.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { LabelledBatch } from "../batch.ts";
import { toIndices, toLabels } from "../indices.ts";
import type { DatasetSource, LabelSpace } from "../label_space.ts";
import { listed } from "../listed.ts";
import {
  chooseBalanced,
  chooseClasses,
  chooseStratified,
  type ChosenClasses,
  countClasses,
  restOf,
} from "../selection/choose.ts";
import { chooseCoarse } from "../selection/coarse.ts";
import { mislabel } from "../selection/mislabel.ts";
import type {
  CoarseOptions,
  MislabelOptions,
  OfClassesOptions,
  UnlabelledOptions,
} from "../selection/options.ts";
import { labelSpace, sourceOf, type SpaceOfSeveral } from "../selection/spaces.ts";
import { inOrder, selectionOrder } from "../shuffle.ts";
import type { WholeNumbers } from "../whole_numbers.ts";
import { DecodedImages } from "./decoded_images.ts";
import { JoinedSource, PickedSource } from "./file_source.ts";
import type { ImageSource } from "./image_source.ts";
import { jointReading } from "./joint_reading.ts";
import type { ImageReadOptions } from "./read_options.ts";
import { UnlabelledImageFiles } from "./unlabelled_image_files.ts";

/** How many classes a message names. */
const NAMED = 5;

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
  /** Which data sets the classes come from; all from this one by default. */
  readonly sources?: readonly DatasetSource[];
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
export class ImageFiles extends DecodedImages<LabelledBatch, ImageFiles> implements LabelSpace {
  declare private readonly labelled: true;

  /** The classes' names: a label is an index into them. */
  readonly classNames: readonly string[];
  /** The class of each image. */
  readonly labels: Int32Array;
  /** Which data sets the classes come from: ranges that cover the label space in order. */
  readonly sources: readonly DatasetSource[];

  /**
   * Names the files; none is opened.
   *
   * @param parts The files, their labels, the classes' names.
   * @param options How the files are read.
   * @throws {ArgumentError} If labels and files are not as many, there is no class, sources do not fit, or an option is
   * not usable.
   * @throws {IndexError} If a label is not the index of a class name.
   */
  constructor(parts: ImageFilesParts, options: ImageReadOptions = {}) {
    super(parts.source, parts.name, options);
    const { name } = parts;
    const { classNames, sources } = labelSpace(name, parts.classNames, parts.sources);
    const labels = toLabels(parts.labels, classNames.length, name);
    if (labels.length !== this.length) {
      throw new ArgumentError(
        `${name}: ${this.length} images, but ${labels.length} labels; give one each.`,
      );
    }
    this.classNames = classNames;
    this.labels = Int32Array.from(labels, Number);
    this.sources = sources;
  }

  /** Several data sets as one, in their order. @ignore */
  static together(
    datasets: readonly ImageFiles[],
    { space, offsets }: SpaceOfSeveral,
    options: ImageReadOptions,
  ): ImageFiles {
    return new ImageFiles({
      ...space,
      source: new JoinedSource(datasets.map(({ source }) => source)),
      labels: datasets.flatMap(({ labels }, i) =>
        Array.from(labels, (label) => label + offsets[i])
      ),
    }, jointReading(datasets, options));
  }

  /** The number of classes. */
  get numClasses(): number {
    return this.classNames.length;
  }

  /** How many images each class has. */
  classCounts(): number[] {
    return countClasses(this, this.labels);
  }

  /**
   * Which of {@linkcode ImageFiles.sources} a class comes from, as an index into them.
   *
   * @throws {ArgumentError} If there is no such class.
   */
  sourceOf(label: number): number {
    return sourceOf(this, label);
  }

  /**
   * The images of these indices, in the same label space, with threads of their own.
   *
   * @param indices Which images, in this order.
   * @param options What is to be read differently, such as `{ part: { kind: "center", size: 224 } }`.
   * @throws {ArgumentError} If an index is not a whole number.
   * @throws {IndexError} If an index is out of range.
   */
  override subset(indices: WholeNumbers, options: ImageReadOptions = {}): ImageFiles {
    const picks = Int32Array.from(toIndices(indices, this.length, this.name), Number);
    const labels = picks.map((pick) => this.labels[pick]);
    return this.#chosen({ indices: picks, labels, space: this }, options);
  }

  /**
   * The images of some classes, in their order.
   *
   * @param classes Labels or names.
   * @param options Whether the classes are numbered anew, and what is to be read differently.
   * @throws {ArgumentError} If there is no such class, or none is given.
   */
  ofClasses(
    classes: readonly (number | string)[],
    options: OfClassesOptions & ImageReadOptions = {},
  ): ImageFiles {
    const { relabel, name, ...reading } = options;
    return this.#chosen(chooseClasses(this, this.labels, classes, { relabel, name }), reading);
  }

  /**
   * The images of the classes that are named, with fewer classes: each group of classes becomes one.
   *
   * @param groups For each new class its name, and the labels or names of the classes that it is made of.
   * @throws {ArgumentError} If there is no such class, one is in two groups, or there are no groups.
   */
  coarse(
    groups: Readonly<Record<string, readonly (number | string)[]>>,
    options: CoarseOptions & ImageReadOptions = {},
  ): ImageFiles {
    const { name, ...reading } = options;
    return this.#chosen(chooseCoarse(this, this.labels, groups, { name }), reading);
  }

  /**
   * All images in a label space of other classes, found by name: a validation set that lacks some of the training set's.
   *
   * @param classNames The classes' names in the order of their numbers.
   * @throws {ArgumentError} If an image's class is none of them.
   */
  withClasses(classNames: readonly string[], options: ImageReadOptions = {}): ImageFiles {
    const numbers = new Map(classNames.map((name, number) => [name, number]));
    const labels = this.labels.map((label) => {
      const number = numbers.get(this.classNames[label]);
      if (number !== undefined) return number;
      throw new ArgumentError(
        `${this.name}: ${JSON.stringify(this.classNames[label])} is none of the classes ` +
          `${listed(classNames, NAMED)}. Name them as their folders are named.`,
      );
    });
    const space = labelSpace(this.name, classNames);
    return this.#chosen({ indices: inOrder(this.length), labels, space }, options);
  }

  /**
   * All images, a share of them with wrong labels: what a contradicting teacher learns from.
   *
   * @param share From 0 to 1; the number of images is rounded.
   * @throws {ArgumentError} If the share is none, or there is no other class.
   */
  mislabelled(share: number, options: MislabelOptions & ImageReadOptions = {}): ImageFiles {
    const { seed, to, ...reading } = options;
    return this.#chosen(mislabel(this, this.labels, share, { seed, to }), reading);
  }

  /**
   * `perClass` random images of every class, in random order: the few labels of semi-supervised learning. Classes without
   * any image are passed over.
   *
   * @param perClass How many of each class.
   * @param seed The seed of the choice; 0 by default.
   * @throws {ArgumentError} If `perClass` is not a whole number of at least 1, or a class has some images, but fewer
   * than that.
   */
  balancedSubset(perClass: number, seed = 0): ImageFiles {
    return this.subset(chooseBalanced(this, this.labels, perClass, seed));
  }

  /**
   * `perClass` random images of every class, those of {@linkcode ImageFiles.balancedSubset}, and all others in their order: the
   * labelled and the unlabelled images of semi-supervised learning, which have no image in common.
   *
   * @throws {ArgumentError} As `balancedSubset` does.
   */
  balancedSplit(perClass: number, seed = 0): [chosen: ImageFiles, rest: ImageFiles] {
    return this.#divided(chooseBalanced(this, this.labels, perClass, seed));
  }

  /**
   * A fraction of the images of every class, in random order: 0.01 gives 1 % of each class, rounded, but at least one
   * image of each that has any.
   *
   * @param fraction Above 0 and up to 1.
   * @param seed The seed of the choice; 0 by default.
   * @throws {ArgumentError} If the fraction is none.
   */
  stratifiedSubset(fraction: number, seed = 0): ImageFiles {
    return this.subset(chooseStratified(this, this.labels, fraction, seed));
  }

  /**
   * A fraction of the images of every class, those of {@linkcode ImageFiles.stratifiedSubset}, and all others in their order:
   * a test part of a data set that has none, say.
   *
   * @throws {ArgumentError} As `stratifiedSubset` does.
   */
  stratifiedSplit(fraction: number, seed = 0): [chosen: ImageFiles, rest: ImageFiles] {
    return this.#divided(chooseStratified(this, this.labels, fraction, seed));
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

  #divided(chosen: Int32Array): [ImageFiles, ImageFiles] {
    return [this.subset(chosen), this.subset(restOf(chosen, this.length))];
  }

  #chosen({ indices, labels, space }: ChosenClasses, options: ImageReadOptions): ImageFiles {
    const { name, classNames, sources } = space;
    const source = new PickedSource(this.source, indices);
    const parts = { source, labels, name, classNames, sources };
    return new ImageFiles(parts, { ...this.options, ...options });
  }
}
