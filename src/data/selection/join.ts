/**
 * Several data sets in one label space.
 *
 * @module
 */

import type { ImageDataset } from "../image_dataset.ts";
import type { ImageFiles } from "../images/image_files.ts";
import type { LabelledSamples } from "../labelled_samples.ts";
import type { JoinFilesOptions, JoinOptions, TogetherOptions } from "./options.ts";
import { joinSpaces } from "./spaces.ts";
import { checkSome, type LabelledSet, labelledTogether } from "./together.ts";

/**
 * Joins data sets into one label space: the second's classes come after the first's, and so on, as
 * do the images. A class whose name several data sets have gets its data set's name before it, as in
 * `"MNIST: 3"`. Which classes come from which data set is in the result's `sources`.
 *
 * Images in memory are copied once; the datasets given stay as they are. For more images of the same classes there is
 * {@linkcode concatenateDatasets}.
 *
 * @param datasets At least one, of different names; joined ones too.
 * @param options Size and channels to convert to where the images differ.
 * @throws {ArgumentError} If there are none, two have the same name, or they are not of one kind.
 * @throws {ShapeError} If the images' sizes or channels differ, and no option says what to convert to.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * using digits = await data.mnist("test");
 * using clothes = await data.fashionMnist("test");
 * using both = data.joinDatasets([digits, clothes]);
 * console.log(both.length, both.numClasses); // 20000 20
 * console.log(both.sources[both.sourceOf(13)].name); // "Fashion-MNIST"
 * ```
 */
export function joinDatasets(
  datasets: readonly ImageDataset[],
  options?: JoinOptions,
): ImageDataset;
/**
 * Joins data sets of image files into one label space: folders, lists, shards, and parts of them. The files are read with
 * threads of the result's own, in the way that all of them are read, or that the options say.
 *
 * @param datasets At least one, of different names; joined ones too.
 * @param options The new name, and what is to be read differently.
 * @throws {ArgumentError} If there are none, two have the same name, or they are read differently.
 * @throws {ShapeError} If they are read as images of different sizes, and there is no option `part`.
 */
export function joinDatasets(
  datasets: readonly ImageFiles[],
  options?: JoinFilesOptions,
): ImageFiles;
/**
 * Joins data sets that `labelledSamples` made into one label space.
 *
 * @param datasets At least one, of different names; joined ones too.
 * @param options The new name.
 * @throws {ArgumentError} If there are none, or two have the same name.
 * @throws {ShapeError} If their images are of different shapes.
 */
export function joinDatasets(
  datasets: readonly LabelledSamples[],
  options?: TogetherOptions,
): LabelledSamples;
export function joinDatasets(
  datasets: readonly LabelledSet[],
  options: JoinOptions & JoinFilesOptions = {},
): LabelledSet {
  checkSome(datasets, "join");
  return labelledTogether(datasets, joinSpaces, options);
}
