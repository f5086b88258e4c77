/**
 * What of a model is on this machine already.
 *
 * @module
 */

import { isFile, isNotAllowed } from "../base/regular_files.ts";
import type { RepoCache } from "./cache.ts";
import { CONFIG_FILES, selectFiles, type Selection } from "./selection.ts";
import { openSnapshot, shardsIn } from "./snapshot.ts";
import type { HubSnapshot } from "./hub_snapshot.ts";

/** What of a model is on this machine. */
export interface Local {
  /** Whether what is here can be used. */
  readonly usable: boolean;
  /** In words, what is damaged; null if nothing is known to be. */
  readonly damage: string | null;
  /** Whether nothing of it can be missing. */
  readonly complete: boolean;
  /** Makes a snapshot of what is here. */
  readonly open: (why: string | null) => Promise<HubSnapshot>;
}

/** Looks for a model on this machine; null if there is nothing that could be used. */
export async function findLocal(
  cache: RepoCache,
  repo: string,
  revision: string,
  path: string,
  files: readonly string[] | undefined,
): Promise<Local | null> {
  const commit = await cache.readRef(revision);
  if (commit === null) return null;
  let chosen: Selection;
  try {
    chosen = selectFiles(await cache.names(commit), repo, path, files);
  } catch {
    return null;
  }
  const damage = await findDamage(cache, commit, chosen);
  try {
    for (const shard of await shardsIn(cache, commit, chosen)) {
      if (damage === null && !await cache.has(commit, chosen.folder + shard)) return null;
    }
  } catch (error) {
    if (isNotAllowed(error)) throw error;
    if (damage === null) return null;
  }
  let complete = damage === null;
  if (chosen.weights !== null) {
    for (const name of CONFIG_FILES) {
      const known = chosen.configs.includes(name) ||
        await cache.lacks(commit, chosen.folder + name);
      complete &&= known;
    }
  }
  const open = (why: string | null): Promise<HubSnapshot> =>
    openSnapshot(cache, repo, commit, chosen, why);
  return { usable: damage === null, damage, complete, open };
}

/** What of a model is not as it was when it was downloaded. */
async function findDamage(
  cache: RepoCache,
  commit: string,
  chosen: Selection,
): Promise<string | null> {
  let names = [
    ...chosen.configs,
    ...chosen.files,
    ...chosen.weights === null ? [] : [chosen.weights],
  ]
    .map((name) => chosen.folder + name);
  for (let round = 0; round < 2; round++) {
    for (const name of names) {
      if (!await isFile(cache.path(commit, name))) continue;
      const damage = await cache.damage(commit, name);
      if (damage !== null) return `${cache.path(commit, name)} is damaged: ${damage}`;
    }
    // The index is known to be whole now.
    if (round === 0) {
      names = await shardsIn(cache, commit, chosen).then(
        (shards) => shards.map((shard) => chosen.folder + shard),
        () => [],
      );
    }
  }
  return null;
}
