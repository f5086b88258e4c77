/**
 * More images of the same classes.
 *
 * @module
 */

import type { ImageDataset } from "../image_dataset.ts";
import type { ImageFiles } from "../images/image_files.ts";
import type { UnlabelledImageFiles } from "../images/unlabelled_image_files.ts";
import type { LabelledSamples } from "../labelled_samples.ts";
import type { UnlabelledImages } from "../unlabelled_images.ts";
import type { UnlabelledSamples } from "../unlabelled_samples.ts";
import type { JoinFilesOptions, JoinOptions, TogetherOptions } from "./options.ts";
import { commonSpace } from "./spaces.ts";
import {
  areUnlabelled,
  checkSome,
  type LabelledSet,
  labelledTogether,
  type UnlabelledSet,
  unlabelledTogether,
} from "./together.ts";

/**
 * Puts the images of several data sets behind each other, in one and the same label space: all have the same classes in
 * the same order. Data sets of different classes are for {@linkcode joinDatasets}.
 *
 * @param datasets At least one.
 * @param options Size and channels to convert to where the images differ.
 * @throws {ArgumentError} If there are none, they are not of one kind, or their class names differ, which the message
 * lists.
 * @throws {ShapeError} If the images' sizes or channels differ, and no option says what to convert to.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * using test = await data.mnist("test");
 * const [some, others] = test.split([500, 300]);
 * using more = data.concatenateDatasets([some, others]);
 * console.log(more.length, more.numClasses, more.name); // 800 10 MNIST
 * ```
 */
export function concatenateDatasets(
  datasets: readonly ImageDataset[],
  options?: JoinOptions,
): ImageDataset;
/**
 * Puts the images of several folders, lists and shards behind each other, in one and the same label space.
 *
 * @param datasets At least one.
 * @param options The new name, and what is to be read differently.
 * @throws {ArgumentError} If there are none, their class names differ, or they are read differently.
 * @throws {ShapeError} If they are read as images of different sizes, and there is no option `part`.
 */
export function concatenateDatasets(
  datasets: readonly ImageFiles[],
  options?: JoinFilesOptions,
): ImageFiles;
/**
 * Puts samples of several data sets behind each other, in one and the same label space.
 *
 * @param datasets At least one.
 * @param options The new name.
 * @throws {ArgumentError} If there are none, or their class names differ.
 * @throws {ShapeError} If their images are of different shapes.
 */
export function concatenateDatasets(
  datasets: readonly LabelledSamples[],
  options?: TogetherOptions,
): LabelledSamples;
/**
 * Puts images in memory behind each other that have no labels.
 *
 * @param datasets At least one.
 * @param options Size and channels to convert to where the images differ.
 * @throws {ArgumentError} If there are none.
 * @throws {ShapeError} If sizes or channels differ, and no option says what to convert to.
 */
export function concatenateDatasets(
  datasets: readonly UnlabelledImages[],
  options?: JoinOptions,
): UnlabelledImages;
/**
 * Puts image files behind each other that have no labels.
 *
 * @param datasets At least one.
 * @param options The new name, and what is to be read differently.
 * @throws {ArgumentError} If there are none, or they are read differently.
 * @throws {ShapeError} If they are read as images of different sizes, and there is no option `part`.
 */
export function concatenateDatasets(
  datasets: readonly UnlabelledImageFiles[],
  options?: JoinFilesOptions,
): UnlabelledImageFiles;
/**
 * Puts samples behind each other that have no labels.
 *
 * @param datasets At least one.
 * @throws {ArgumentError} If there are none.
 * @throws {ShapeError} If their images are of different shapes.
 */
export function concatenateDatasets(datasets: readonly UnlabelledSamples[]): UnlabelledSamples;
export function concatenateDatasets(
  datasets: readonly LabelledSet[] | readonly UnlabelledSet[],
  options: JoinOptions & JoinFilesOptions = {},
): LabelledSet | UnlabelledSet {
  checkSome(datasets, "concatenate");
  if (areUnlabelled(datasets)) return unlabelledTogether(datasets, options);
  return labelledTogether(datasets, commonSpace, options);
}
