/**
 * Labelled photographs by a path alone.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { isFolder } from "../base/regular_files.ts";
import { isImageName, isTarName } from "../data/images/extensions.ts";
import { ImageFolder, ImageList, type ImagePart, TarShards } from "../data/mod.ts";
import type { DataRecipe } from "./data_recipe.ts";
import { presentClasses } from "./same_classes.ts";

/** Labelled photographs. */
export interface LabelledImages {
  /** How a recipe names them. */
  readonly recipe: DataRecipe;
  /** How many there are. */
  readonly length: number;
  /** The names of their classes. */
  readonly classNames: readonly string[];
  /** The classes that there are images of. */
  readonly present: readonly string[];
}

/**
 * The labelled photographs at a path: a folder with a folder for each class, a list of paths and labels, or tar files. Files
 * are listed, and none is opened.
 *
 * @throws {ArgumentError} if it is one photograph.
 * @throws as `ImageFolder`, `ImageList` and `TarShards` do.
 */
export function labelledImages(path: string, part: ImagePart): LabelledImages {
  if (isImageName(path)) {
    throw new ArgumentError(
      `${path} is one photograph, and its class is not said: give a folder with a folder for each class, or a list.`,
    );
  }
  const onNotice = () => {}; // The run will say it.
  const [recipe, images] = isTarName(path)
    ? [{ shards: path, part }, new TarShards(path, { onNotice })]
    : isFolder(path)
    ? [{ folder: path, part }, new ImageFolder(path, { onNotice })]
    : [{ list: path, part }, new ImageList(path, { onNotice })];
  using own = images;
  const { length, classNames } = own;
  return { recipe, length, classNames, present: presentClasses(own) };
}
