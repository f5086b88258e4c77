/**
 * What the teachers of a recipe say, stored ahead of its run.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Recipe } from "./recipe.ts";
import { type FillStatus, fillStatus } from "../teachers/store/status.ts";
import { fillTogether } from "./fill_together.ts";
import { fillingsOf, type FillRunOptions, openRun } from "./open_run.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import { placesOf } from "./run.ts";

/** How {@linkcode fill} goes. */
export interface FillOptions extends FillRunOptions {
  /** Where teachers that are recipes are kept; `teachers` in the package's cache by default. */
  cache?: string;
}

/**
 * Asks the teachers of a recipe about all that its student will learn from, and keeps what they say in the recipe's store:
 * the run then reads it. What is there already is not asked for again. Several processes with RANK and WORLD_SIZE, as torchrun
 * starts them, divide the work, and each returns when all is there.
 *
 * @throws {ArgumentError} if the recipe cannot be used, or every epoch shows other pixels: give it `views`.
 * @throws {StoreError} if the store cannot be used.
 */
export async function fill(recipe: Recipe, options: FillOptions = {}): Promise<void> {
  const resolved = withStore(recipe);
  if (resolved.threads !== null) torch.setNumThreads(resolved.threads);
  using opened = await openRun(resolved, placesOf(options));
  await fillTogether(resolved, opened, options);
}

/** What {@linkcode storeStatus} tells of one source of images: what labels are learned from, or the other images. */
export interface StoreStatus extends FillStatus {
  /** The store's folder. */
  readonly root: string;
  /** How many images the source has. */
  readonly images: number;
}

/**
 * Tells what a recipe's store lacks: which teachers, which images, which shares. Opens data and teachers; nothing is stored.
 *
 * @param options Of how many shares to tell; where teachers that are recipes are kept.
 * @throws As {@linkcode fill} does.
 */
export async function storeStatus(
  recipe: Recipe,
  options: Pick<FillOptions, "cache" | "signal"> & { parts?: number } = {},
): Promise<StoreStatus[]> {
  const { parts, ...rest } = options;
  const resolved = withStore(recipe);
  using opened = await openRun(resolved, placesOf(rest));
  const found: StoreStatus[] = [];
  for (const { store, asked } of fillingsOf(resolved, opened)) {
    const status = await fillStatus(store, { ...asked, parts });
    found.push({ root: store.root, images: asked.pixels.images, ...status });
  }
  return found;
}

function withStore(recipe: Recipe): ResolvedRecipe {
  const given = resolveRecipe(recipe);
  return given.store === null ? resolveRecipe({ ...recipe, store: {} }) : given;
}
