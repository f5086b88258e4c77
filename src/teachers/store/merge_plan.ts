/**
 * What there is to be joined, read and checked before anything is written.
 *
 * @module
 */

import { StoreError } from "../../base/errors.ts";
import { differencesOf, type Spec, specText } from "../../base/spec.ts";
import { isMissing } from "../../base/regular_files.ts";
import { checkSame, entryId, readEntryFile } from "./entry_file.ts";
import { entryNames, findVariants } from "./folder.ts";
import { shardPath, shardPlaces } from "./layout.ts";
import type { EntryFile, ShardPlace } from "./types.ts";

/** A store's part of an entry. */
export interface Holding {
  /** The store's folder. */
  readonly root: string;
  /** The entry's folder in it. */
  readonly folder: string;
  /** The content of its file. */
  readonly file: EntryFile;
  /** The shards that are there, by their names within the entry. */
  readonly shards: ReadonlyMap<string, ShardPlace>;
}

/** An entry that several stores have parts of. */
export interface MergedEntry {
  /** The fingerprint of its key. */
  readonly id: string;
  /** Who has parts of it, the store that all is joined in first if it is one of them. */
  readonly holdings: readonly Holding[];
}

/** The name of a shard within its entry. */
export function shardName({ variant, shard }: ShardPlace): string {
  return `${variant} ${shard}`;
}

/**
 * Finds what several stores have, and makes sure that it fits together.
 *
 * @param into The store that all is joined in, which need not be there yet.
 * @throws {StoreError} if one has nothing, or an entry was made by another version, is damaged, or cut otherwise.
 */
export function findHoldings(into: string, from: readonly string[]): MergedEntry[] {
  const entries = new Map<string, Holding[]>();
  for (const root of [into, ...from]) {
    const ids = entryNames(root);
    if (ids.length === 0 && root !== into) {
      throw new StoreError(
        `There is no store in ${root}: it has no entry. Give the folders that were filled, such as store.root of the recipe.`,
      );
    }
    for (const id of ids) {
      const holdings = entries.get(id) ?? [];
      const holding = holdingOf(root, id);
      if (holding === null) continue;
      holdings.push(holding);
      entries.set(id, holdings);
    }
  }
  for (const [first, ...others] of entries.values()) {
    for (const other of others) checkCut(first, other);
  }
  const given = new Set(from);
  return [...entries].map(([id, holdings]) => ({ id, holdings }))
    // What only the store itself has stays as it is.
    .filter(({ holdings }) => holdings.some(({ root }) => given.has(root)));
}

/** What a store has of an entry; null where its folder was made and nothing more, by a process that was killed. */
function holdingOf(root: string, id: string): Holding | null {
  const folder = `${root}/${id}`;
  const file = readEntryFile(folder);
  if (file === null) {
    if (findVariants(folder).every(({ shards }) => shards.length === 0)) return null;
    throw new StoreError(`${folder} has shards and no entry.json. Remove the folder.`);
  }
  if (entryId(file.key) !== id) {
    throw new StoreError(
      `${folder} is of something else than its name says: its key has the fingerprint ${
        entryId(file.key)
      }. Remove the folder, and fill it again.`,
    );
  }
  const wanted = new Map(shardPlaces(file).map((place) => [shardPath(folder, place), place]));
  const shards = new Map<string, ShardPlace>();
  for (const { path } of findVariants(folder).flatMap((variant) => variant.shards)) {
    const place = wanted.get(path);
    if (place === undefined) {
      throw new StoreError(
        `${path} is no shard of its entry, which has ${file.variants} variants of ${file.images} images. Remove the file.`,
      );
    }
    shards.set(shardName(place), place);
  }
  return { root, folder, file, shards };
}

/** Refuses two that hold the same in other sizes. */
function checkCut(first: Holding, other: Holding): void {
  checkSame(other.folder, other.file, first.file);
  const [one, two] = [first.file.shardImages, other.file.shardImages];
  if (one === two) return;
  throw new StoreError(
    `${other.folder} has shards of ${two} images, and ${first.folder} of ${one}. Fill both with the same shardImages, or in ` +
      "one folder.",
  );
}

/**
 * Refuses parts that look like those of one whole and are of two: a teacher's name is the same, and its weights, the pixels or
 * the dtype are others.
 *
 * @throws {StoreError} naming the first difference.
 */
export function checkOneRecipe(entries: readonly MergedEntry[]): void {
  const parts = new Map<string, MergedEntry>();
  for (const entry of entries) {
    if (isWhole(entry)) continue;
    const [{ file, folder }] = entry.holdings;
    const before = parts.get(file.teacher);
    if (before === undefined) {
      parts.set(file.teacher, entry);
      continue;
    }
    const [other] = before.holdings;
    const [first] = differencesOf(
      other.file.key as unknown as Spec,
      file.key as unknown as Spec,
    );
    throw new StoreError(
      `The stores are of other recipes: ${other.folder} and ${folder} each have a part of what teacher "${file.teacher}" says, ` +
        `and ${first.path} is ${specText(first.before)} there and ${
          specText(first.now)
        } here. Fill both by one recipe with ` +
        "the same files, or join them nevertheless with others: true (--others).",
    );
  }
}

/** Whether all holdings together have all shards. */
function isWhole({ holdings }: MergedEntry): boolean {
  const there = new Set(holdings.flatMap(({ shards }) => [...shards.keys()]));
  return there.size === shardPlaces(holdings[0].file).length;
}

/** The same folder under whatever name; the name itself where there is none yet. */
export function realFolder(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return path;
  }
}
