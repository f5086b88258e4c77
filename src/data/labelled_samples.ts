/**
 * Labelled images that are read one by one.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { tensor } from "../torch/creation.ts";
import { LabelledBatch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { toIndices, toInt64, toLabels } from "./indices.ts";
import type { DatasetSource, LabelSpace } from "./label_space.ts";
import {
  checkedSamples,
  joinSamples,
  pickSamples,
  readBatch,
  type Samples,
} from "./sample_batches.ts";
import type { LabelledSample, LabelledSampleSource } from "./sample_source.ts";
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
import type {
  CoarseOptions,
  MislabelOptions,
  OfClassesOptions,
  SplitOptions,
  UnlabelledOptions,
} from "./selection/options.ts";
import { labelSpace, sourceOf, type SpaceOfSeveral } from "./selection/spaces.ts";
import { inOrder, selectionOrder, splitOrder } from "./shuffle.ts";
import { UnlabelledSamples } from "./unlabelled_samples.ts";
import type { WholeNumbers } from "./whole_numbers.ts";

/**
 * Labelled images that are read when they are needed; `labelledSamples` makes them. What chooses by class needs a source
 * that says its `labels`.
 */
export class LabelledSamples implements Dataset<LabelledBatch>, LabelSpace {
  /** How many images there are. */
  readonly length: number;
  /** What messages and tables call it. */
  readonly name: string;
  /** The classes' names: a label is an index into them. */
  readonly classNames: readonly string[];
  /** Which data sets the classes come from: ranges that cover the label space in order. */
  readonly sources: readonly DatasetSource[];
  /** The class of each image, if the source says it. */
  readonly labels: Int32Array | undefined;
  /** Gives no other labels than it says. */
  readonly #source: Samples<LabelledSample>;

  /**
   * Holds on to the source; nothing is read.
   *
   * @throws {ArgumentError} If length, shape or labels are not of whole numbers, or there is no class.
   * @throws {IndexError} If a label is not the index of a class name.
   * @throws {ShapeError} If there are not as many labels as images.
   */
  constructor(source: LabelledSampleSource) {
    const samples = checkedSamples(source);
    const { name, length } = samples;
    const { classNames, sources } = labelSpace(name, source.classNames, source.sources);
    this.length = length;
    this.name = name;
    this.classNames = classNames;
    this.sources = sources;
    this.labels = undefined;
    this.#source = samples;
    if (source.labels === undefined) return;
    const labels = Int32Array.from(toLabels(source.labels, classNames.length, name), Number);
    if (labels.length !== length) {
      throw new ShapeError(
        `${name}: ${length} images, but ${labels.length} labels; give one each.`,
      );
    }
    this.labels = labels;
    this.#source = pickSamples(samples, inOrder(length), (sample, index) => {
      if (sample.label === labels[index]) return sample;
      throw new ArgumentError(
        `Image ${index} was read with the label ${sample.label}, but the source's labels say ` +
          `${labels[index]}. Let get give the same labels.`,
      );
    });
  }

  /** Several data sets as one, in their order. @ignore */
  static together(
    datasets: readonly LabelledSamples[],
    { space, offsets }: SpaceOfSeveral,
  ): LabelledSamples {
    const known = datasets.every(({ labels }) => labels !== undefined);
    const joined = joinSamples(
      datasets.map((dataset) => dataset.#source),
      space.name,
      ({ pixels, label }: LabelledSample, i) => {
        // Beyond its own data set's classes it would be one of another's.
        const { name, numClasses } = datasets[i];
        toInt64(
          [label],
          numClasses,
          (value) => `${name}: label ${value}, an index of ${numClasses} classes,`,
        );
        return { pixels, label: label + offsets[i] };
      },
    );
    const labels = known
      ? datasets.flatMap(({ labels }, i) => Array.from(labels!, (label) => label + offsets[i]))
      : undefined;
    return new LabelledSamples({ ...joined, ...space, labels });
  }

  /** The number of classes. */
  get numClasses(): number {
    return this.classNames.length;
  }

  /**
   * How many images each class has.
   *
   * @throws {ArgumentError} If the source does not say its labels.
   */
  classCounts(): number[] {
    return countClasses(this, this.#known());
  }

  /**
   * Which of {@linkcode LabelledSamples.sources} a class comes from, as an index into them.
   *
   * @throws {ArgumentError} If there is no such class.
   */
  sourceOf(label: number): number {
    return sourceOf(this, label);
  }

  /**
   * The images of these indices, in the same label space.
   *
   * @throws {ArgumentError} If an index is not a whole number.
   * @throws {IndexError} If an index is out of range.
   */
  subset(indices: WholeNumbers): LabelledSamples {
    const picks = Int32Array.from(toIndices(indices, this.length, this.name), Number);
    const { classNames, sources, labels } = this;
    return new LabelledSamples({
      ...pickSamples(this.#source, picks, (sample) => sample),
      labels: labels && picks.map((pick) => labels[pick]),
      classNames,
      sources,
    });
  }

  /** The first `count` images (all, if there are fewer). */
  take(count: number): LabelledSamples {
    return this.subset(inOrder(takenOf(count, this.length)));
  }

  /**
   * Random parts that have no image in common, of the given sizes; images that are left over are in none.
   *
   * @param sizes How many images each part gets.
   * @throws {ArgumentError} If a size is not a whole number, or there are too few images.
   */
  split(sizes: readonly number[], options: SplitOptions = {}): LabelledSamples[] {
    return splitOrder(this.name, this.length, sizes, options.seed ?? 0)
      .map((indices) => this.subset(indices));
  }

  /**
   * The images of some classes, in their order.
   *
   * @param classes Labels or names.
   * @throws {ArgumentError} If there is no such class, none is given, or the source does not say its labels.
   */
  ofClasses(
    classes: readonly (number | string)[],
    options: OfClassesOptions = {},
  ): LabelledSamples {
    return this.#chosen(chooseClasses(this, this.#known(), classes, options));
  }

  /**
   * The images of the classes that are named, with fewer classes: each group of classes becomes one.
   *
   * @param groups For each new class its name, and the labels or names of the classes that it is made of.
   * @throws {ArgumentError} If there is no such class, one is in two groups, there are no groups, or the source does not
   * say its labels.
   */
  coarse(
    groups: Readonly<Record<string, readonly (number | string)[]>>,
    options: CoarseOptions = {},
  ): LabelledSamples {
    return this.#chosen(chooseCoarse(this, this.#known(), groups, options));
  }

  /**
   * All images, a share of them with wrong labels: what a contradicting teacher learns from.
   *
   * @param share From 0 to 1; the number of images is rounded.
   * @throws {ArgumentError} If the share is none, there is no other class, or the source does not say its labels.
   */
  mislabelled(share: number, options: MislabelOptions = {}): LabelledSamples {
    return this.#chosen(mislabel(this, this.#known(), share, options));
  }

  /**
   * `perClass` random images of every class, in random order. Classes without any image are passed over.
   *
   * @param perClass How many of each class.
   * @param seed The seed of the choice; 0 by default.
   * @throws {ArgumentError} If `perClass` is not a whole number of at least 1, a class has some images, but fewer than
   * that, or the source does not say its labels.
   */
  balancedSubset(perClass: number, seed = 0): LabelledSamples {
    return this.subset(chooseBalanced(this, this.#known(), perClass, seed));
  }

  /**
   * `perClass` random images of every class, those of {@linkcode LabelledSamples.balancedSubset}, and all others in their order: the
   * labelled and the unlabelled images of semi-supervised learning, which have no image in common.
   *
   * @throws {ArgumentError} As `balancedSubset` does.
   */
  balancedSplit(perClass: number, seed = 0): [chosen: LabelledSamples, rest: LabelledSamples] {
    return this.#divided(chooseBalanced(this, this.#known(), perClass, seed));
  }

  /**
   * A fraction of the images of every class, in random order: 0.01 gives 1 % of each class, rounded, but at least one
   * image of each that has any.
   *
   * @param fraction Above 0 and up to 1.
   * @param seed The seed of the choice; 0 by default.
   * @throws {ArgumentError} If the fraction is none, or the source does not say its labels.
   */
  stratifiedSubset(fraction: number, seed = 0): LabelledSamples {
    return this.subset(chooseStratified(this, this.#known(), fraction, seed));
  }

  /**
   * A fraction of the images of every class, those of {@linkcode LabelledSamples.stratifiedSubset}, and all others in their order:
   * a test part of a data set that has none, say.
   *
   * @throws {ArgumentError} As `stratifiedSubset` does.
   */
  stratifiedSplit(fraction: number, seed = 0): [chosen: LabelledSamples, rest: LabelledSamples] {
    return this.#divided(chooseStratified(this, this.#known(), fraction, seed));
  }

  /**
   * The images alone, as a type that holds no labels. They are put in random order, because the place of an image can
   * tell its class, unless `shuffle` is false.
   */
  unlabelled(options: UnlabelledOptions = {}): UnlabelledSamples {
    const { shuffle = true, seed = 0 } = options;
    const order = shuffle ? selectionOrder(this.length, seed) : inOrder(this.length);
    return new UnlabelledSamples(pickSamples(this.#source, order, ({ pixels }) => ({ pixels })));
  }

  /**
   * The images of these indices, with their labels; a promise if the source gives one.
   *
   * @throws {IndexError} If an index is out of range, or a label is not the index of a class name.
   * @throws {ShapeError} If an image has another size than the source says.
   * @throws {ArgumentError} If a label is not a whole number, or not what the source's `labels` say.
   */
  batch(indices: Int32Array): LabelledBatch | Promise<LabelledBatch> {
    const classes = this.numClasses;
    return readBatch(this.#source, indices, (samples, pixels, indices) => {
      const labels = toInt64(
        samples.map((sample) => sample.label),
        classes,
        (value, row) => `Label ${value} of image ${indices[row]}, an index of ${classes} classes,`,
      );
      return new LabelledBatch(pixels, tensor(labels), tensor(indices));
    });
  }

  #divided(chosen: Int32Array): [LabelledSamples, LabelledSamples] {
    return [this.subset(chosen), this.subset(restOf(chosen, this.length))];
  }

  #chosen({ indices, labels, space }: ChosenClasses): LabelledSamples {
    return new LabelledSamples({
      ...pickSamples(this.#source, indices, ({ pixels }, i) => ({ pixels, label: labels[i] })),
      ...space,
      labels,
    });
  }

  #known(): Int32Array {
    if (this.labels !== undefined) return this.labels;
    throw new ArgumentError(
      `${this.name}: the images' classes are not known before the images are read. To choose by ` +
        `class, give the source of labelledSamples the labels of all images too, as labels.`,
    );
  }
}
