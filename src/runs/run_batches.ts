/**
 * The batches that a method is given in a run.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Named } from "../base/option_parts.ts";
import type { Batch } from "../data/batch.ts";
import { zipLoaders } from "../data/zip_loaders.ts";
import { Loader, type LoaderOptions } from "../data/loader.ts";
import { compose } from "../data/transforms/compose.ts";
import { TRANSFORMS } from "../data/transforms/by_name.ts";
import type { Batches } from "../train/stage.ts";
import { METHODS } from "./methods.ts";
import type { DataOpener } from "./open_data.ts";
import type { OpenedData } from "./select_data.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";

/** A loader of what the student sees, and one of the same images without augmentation. */
export interface Source {
  /** What the student sees. */
  readonly seen: Loader<Batch>;
  /** The images as they are. */
  readonly plain: Loader<Batch>;
}

/** What a student learns from. */
export interface RunBatches {
  /** The images that `data.train` names. */
  readonly train: OpenedData;
  /** The labelled images among what it learns from; null if there are none. */
  readonly labelled: OpenedData | null;
  /** Batches as the method needs them. */
  // deno-lint-ignore no-explicit-any -- which kind of batch it is, the method says
  readonly batches: Batches<any>;
  /** What makes the pixels that the student sees, and the same images as they are. */
  readonly sources: readonly Source[];
}

/**
 * Opens what a recipe's method learns from.
 *
 * @throws {ArgumentError} if the method needs labels and there are none.
 */
export async function openBatches(recipe: ResolvedRecipe, opener: DataOpener): Promise<RunBatches> {
  const { images } = METHODS[recipe.method.name].needs;
  const { data } = recipe;
  const options = loaderOptions(recipe);
  const learning = { ...options, ...withTransform("strong", recipe.strongAugment) };
  // What takes any images learns without labels unless some are given beside.
  if (images === "unlabelled" || (images === "any" && data.labelled === null)) {
    const train = await opener.unlabelled(data.train, "data.train");
    const loader = new Loader(train, learning);
    return { train, labelled: null, batches: loader, sources: [source(loader, opener)] };
  }
  if (images === "labelled" || data.labelled === null) {
    if (images === "both") {
      throw new ArgumentError(
        `${recipe.method.name} needs labelled images beside the others: give data.labelled.`,
      );
    }
    const train = await opener.labelled(data.train, "data.train");
    const loader = new Loader(train, learning);
    return { train, labelled: train, batches: loader, sources: [source(loader, opener)] };
  }
  const train = await opener.unlabelled(data.train, "data.train");
  const labelled = await opener.labelled(data.labelled, "data.labelled");
  const few = new Loader(labelled, {
    ...options,
    batchSize: recipe.labelledBatchSize ?? recipe.batchSize,
  });
  const rest = new Loader(train, learning);
  const sources = [source(few, opener), source(rest, opener)];
  return { train, labelled, batches: zipLoaders(few, rest), sources };
}

/** Augmentation is left out, random parts of photographs too: one variant of each image. */
function source<B extends Batch>(seen: Loader<B>, opener: DataOpener): Source {
  const { dataset, batchSize, seed, device } = seen;
  const plain = new Loader(opener.asTheyAre(dataset), { batchSize, seed, device, views: 1 });
  return { seen, plain } as unknown as Source;
}

function loaderOptions(recipe: ResolvedRecipe): LoaderOptions {
  const { batchSize, seed, device, augment, store } = recipe;
  // Where nothing is random there is one variant, and what teachers say of it can be kept.
  const views = recipe.views ?? (store !== null && augment.length === 0 ? 1 : null);
  return {
    batchSize,
    seed,
    device,
    shuffle: true,
    dropLast: recipe.dropLast,
    ...(views !== null && { views }),
    ...withTransform("transform", augment),
  };
}

/** Transforms by name, one after the other, as an option of a loader; nothing where there are none. */
function withTransform(
  option: "transform" | "strong",
  named: readonly Named[],
): Partial<LoaderOptions> {
  const transforms = named.map(({ name, ...options }) => TRANSFORMS[name].make(options));
  if (transforms.length === 0) return {};
  return { [option]: transforms.length === 1 ? transforms[0] : compose(...transforms) };
}
