/**
 * Making one data set of several of a kind.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { ImageDataset } from "../image_dataset.ts";
import { ImageFiles } from "../images/image_files.ts";
import type { ImageReadOptions } from "../images/read_options.ts";
import { UnlabelledImageFiles } from "../images/unlabelled_image_files.ts";
import { LabelledSamples } from "../labelled_samples.ts";
import { UnlabelledImages } from "../unlabelled_images.ts";
import { UnlabelledSamples } from "../unlabelled_samples.ts";
import type { LabelSpace } from "../label_space.ts";
import type { JoinFilesOptions, JoinOptions } from "./options.ts";
import type { SpaceOfSeveral } from "./spaces.ts";

/** Data sets with labels. */
export type LabelledSet = ImageDataset | ImageFiles | LabelledSamples;
/** Data sets without labels. */
export type UnlabelledSet = UnlabelledImages | UnlabelledImageFiles | UnlabelledSamples;

/**
 * Checks that there is something to put together.
 *
 * @param verb What is done with the data sets.
 */
export function checkSome(datasets: readonly unknown[], verb: string): void {
  if (datasets.length === 0) {
    throw new ArgumentError(`There are no datasets to ${verb}; give some.`);
  }
}

/**
 * Several labelled data sets as one, in their order.
 *
 * @param merge Makes one label space of all.
 * @throws {ArgumentError} If they are not of one kind, or an option is for another.
 */
export function labelledTogether(
  datasets: readonly LabelledSet[],
  merge: (spaces: readonly LabelSpace[], name?: string) => SpaceOfSeveral,
  options: JoinOptions & JoinFilesOptions,
): LabelledSet {
  const { name } = options;
  if (allAre(datasets, ImageDataset)) {
    return ImageDataset.together(datasets, merge(datasets, name), options);
  }
  if (allAre(datasets, ImageFiles)) {
    return ImageFiles.together(datasets, merge(datasets, name), readingOf(options));
  }
  if (allAre(datasets, LabelledSamples)) {
    return LabelledSamples.together(datasets, merge(datasets, name));
  }
  throw notOfOneKind(datasets);
}

/** Whether all data sets have no labels. */
export function areUnlabelled(
  datasets: readonly (LabelledSet | UnlabelledSet)[],
): datasets is readonly UnlabelledSet[] {
  return datasets.every((dataset) =>
    dataset instanceof UnlabelledImages || dataset instanceof UnlabelledImageFiles ||
    dataset instanceof UnlabelledSamples
  );
}

/**
 * Several data sets without labels as one, in their order.
 *
 * @throws {ArgumentError} If they are not of one kind, or an option is for another.
 */
export function unlabelledTogether(
  datasets: readonly UnlabelledSet[],
  options: JoinOptions & JoinFilesOptions,
): UnlabelledSet {
  if (allAre(datasets, UnlabelledImages)) return UnlabelledImages.together(datasets, options);
  if (allAre(datasets, UnlabelledImageFiles)) {
    const { name = [...new Set(datasets.map(({ name }) => name))].join(" + ") } = options;
    return UnlabelledImageFiles.together(datasets, name, readingOf(options));
  }
  if (allAre(datasets, UnlabelledSamples)) return UnlabelledSamples.together(datasets);
  throw notOfOneKind(datasets);
}

function allAre<S>(
  datasets: readonly unknown[],
  // deno-lint-ignore no-explicit-any
  kind: new (...parts: any[]) => S,
): datasets is readonly S[] {
  return datasets.every((dataset) => dataset instanceof kind);
}

function readingOf(options: JoinOptions & JoinFilesOptions): ImageReadOptions {
  const { name: _, size, channels, ...reading } = options;
  if (size === undefined && channels === undefined) return reading;
  throw new ArgumentError(
    `The options size and channels are for images in memory; files become colored images of the ` +
      `size that the option part says, such as part: { kind: "whole", size: 32 }.`,
  );
}

function notOfOneKind(datasets: readonly unknown[]): ArgumentError {
  const kinds = new Set(datasets.map(kindOf));
  return new ArgumentError(
    `One data set cannot be made of ${
      [...kinds].join(" and ")
    }. Give only images in memory, only ` +
      `image files (folders, lists and shards go together), or only samples; all with labels, or ` +
      `all without.`,
  );
}

function kindOf(dataset: unknown): string {
  return dataset instanceof Object ? dataset.constructor.name : String(dataset);
}
