/**
 * Filling a recipe's store by several processes at once.
 *
 * @module
 */

import { fillingsOf, type FillRunOptions, fillStore, type OpenedRun } from "./open_run.ts";
import { partOfRank } from "./part_of_rank.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import { checkSharedFolder } from "./shared_folder.ts";

/**
 * Stores what the teachers say. Of several ranks each stores its share, then what is missing of the others' as far as nobody
 * works on it, and returns when all is there: a rank that is lost is done for, and no shard is computed twice. All ranks need
 * the same folder.
 *
 * @param options With a `part`, that one alone is stored.
 * @throws {StoreError} if the ranks of a process group have no folder in common.
 * @throws As `fill` does.
 */
export async function fillTogether(
  recipe: ResolvedRecipe,
  opened: OpenedRun,
  options: FillRunOptions,
): Promise<void> {
  const part = options.part === undefined ? partOfRank() : undefined;
  if (part === undefined) return await fillStore(recipe, opened, options);
  for (const { store } of fillingsOf(recipe, opened).slice(0, 1)) {
    await checkSharedFolder(store.root);
  }
  await fillStore(recipe, opened, { ...options, part });
  // What is there by now was made by this process, or by one that compared it.
  await fillStore(recipe, opened, { ...options, verify: false });
}
