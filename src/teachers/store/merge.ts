/**
 * Joining what several machines stored.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { makeFolderSync, writeAtomicSync } from "../../base/files.ts";
import { letSignalsIn } from "../../base/interrupt.ts";
import { openFileSync } from "../../base/regular_files.ts";
import { removeTemporariesIn } from "../../base/temporaries.ts";
import { claimPath, shardPath, shardPlaces, variantFolder } from "./layout.ts";
import { listStore } from "./list.ts";
import { claim, removeDeadClaims } from "./locks.ts";
import { compareShards } from "./merge_compare.ts";
import {
  checkOneRecipe,
  findHoldings,
  type Holding,
  type MergedEntry,
  realFolder,
  shardName,
} from "./merge_plan.ts";
import type { Merged, MergeOptions } from "./merge_types.ts";
import { makeRoom } from "./room.ts";
import { verifyShardFile } from "./shard_file.ts";
import type { Store } from "./store.ts";
import type { ShardPlace } from "./types.ts";

/** A shard that is to be copied. */
interface Copy {
  readonly holding: Holding;
  readonly place: ShardPlace;
  readonly bytes: number;
}

/**
 * Joins stores that several machines filled, each its part. First all of it is read: checksums are compared, and where two have
 * the same rows their numbers. Only if everything fits, what is missing is copied; a refused merge changes nothing. It may be
 * stopped at any moment, and goes on where it was.
 *
 * @param into The store that has everything afterwards. It need not be there yet.
 * @param from The folders of the others, which stay as they are.
 * @throws {ArgumentError} if a folder is given twice, none is given, or the tolerance is no number of at least 0.
 * @throws {StoreError} if a folder holds no store, a shard is damaged, another version made an entry, two differ in the same rows,
 * or they are parts of different wholes.
 * @throws {FileError} if the disk has no room, or cannot be written; what was joined stays.
 *
 * @example
 * ```ts
 * import { data, teachers, torch } from "@apprentice/distill";
 *
 * using images = new data.UnlabelledImages(torch.zeros([5000, 1, 2, 2], { dtype: "uint8" }));
 * const pixels = new data.Loader(images, { batchSize: 32, shuffle: true, views: 1 });
 * const own = teachers.descriptive({ name: "pixels", features: (x) => x.flatten(1), featureDim: 4 });
 * const roots = [0, 1].map(() => Deno.makeTempDirSync());
 * for (const [index, root] of roots.entries()) { // each on a machine of its own
 *   const part = { index, of: 2 };
 *   await teachers.fill(new teachers.Store({ root }), { teachers: [own], pixels, part });
 * }
 * const store = new teachers.Store({ root: Deno.makeTempDirSync() });
 * const { entries } = await teachers.mergeStores(store, roots);
 * console.log(entries[0].complete); // 1
 * for (const root of [...roots, store.root]) Deno.removeSync(root, { recursive: true });
 * ```
 */
export async function mergeStores(
  into: Store,
  from: readonly string[],
  options: MergeOptions = {},
): Promise<Merged> {
  const { tolerance = 0, others = false, signal, onProgress } = options;
  if (!(tolerance >= 0)) {
    throw new ArgumentError(
      `The tolerance of a merge is a number of at least 0, got ${tolerance}.`,
    );
  }
  checkFolders(into.root, from);
  const entries = findHoldings(into.root, from);
  if (!others) checkOneRecipe(entries);
  const copies = entries.map((entry) => copiesOf(entry, into.root));
  const toRead = entries.flatMap(({ holdings }) => holdings.map(({ shards }) => shards.size));
  const total = toRead.reduce((sum, count) => sum + count, 0) + copies.flat().length;
  let done = 0;
  const step = async (): Promise<void> => {
    onProgress?.(++done, total);
    await letSignalsIn();
    signal?.throwIfAborted();
  };
  signal?.throwIfAborted();
  let same = 0;
  for (const entry of entries) same += await checkEntry(entry, tolerance, step);
  const bytes = copies.flat().reduce((sum, copy) => sum + copy.bytes, 0);
  using held = new DisposableStack();
  // What is there already is not evicted to make room for the rest of it.
  for (const { holdings } of entries) {
    const own = into.find(holdings[0].file);
    if (own !== null) held.use(own);
  }
  makeRoom(into, bytes);
  let [copied, written] = [0, 0];
  for (const [i, { id, holdings }] of entries.entries()) {
    using entry = into.open(holdings[0].file);
    removeLeftOvers(entry.folder, entry.variants);
    for (const { holding, place, bytes } of copies[i]) {
      if (copyShard(holding, place, entry.folder, { id, sizes: entry.file })) {
        copied++;
        written += bytes;
      }
      await step();
    }
  }
  const ids = new Set(entries.map(({ id }) => id));
  return {
    copied,
    bytes: written,
    same,
    entries: listStore(into.root).filter(({ id }) => ids.has(id)),
  };
}

function checkFolders(into: string, from: readonly string[]): void {
  if (from.length === 0) {
    throw new ArgumentError("No store is given to join: give at least one folder.");
  }
  const seen = new Map([[realFolder(into), into]]);
  for (const root of from) {
    const before = seen.get(realFolder(root));
    if (before !== undefined) {
      throw new ArgumentError(
        `${root} is given twice${
          before === root ? "" : `, also as ${before}`
        }. Give each folder once, and the one that all ` +
          "is joined in not among the others.",
      );
    }
    seen.set(realFolder(root), root);
  }
}

/** The shards that the store lacks, each from the first that has it. */
function copiesOf({ holdings }: MergedEntry, into: string): Copy[] {
  const own = holdings.find(({ root }) => root === into);
  return shardPlaces(holdings[0].file).flatMap((place) => {
    const holding = holdings.find(({ shards }) => shards.has(shardName(place)));
    if (holding === undefined || own?.shards.has(shardName(place))) return [];
    return [{ holding, place, bytes: Deno.statSync(shardPath(holding.folder, place)).size }];
  });
}

/** Reads all that there is of an entry; returns how many shards several have. */
async function checkEntry(
  { id, holdings }: MergedEntry,
  tolerance: number,
  step: () => Promise<void>,
): Promise<number> {
  const first = new Map<string, Holding>();
  let same = 0;
  for (const holding of holdings) {
    for (const [name, place] of holding.shards) {
      const wanted = { id, sizes: holding.file, ...place };
      verifyShardFile(shardPath(holding.folder, place), wanted);
      const before = first.get(name);
      if (before === undefined) first.set(name, holding);
      else {
        compareShards(before, holding, wanted, tolerance);
        same++;
      }
      await step();
    }
  }
  return same;
}

/** Removes what killed processes left. */
function removeLeftOvers(folder: string, variants: number): void {
  removeTemporariesIn(folder);
  for (let variant = 0; variant < variants; variant++) {
    removeTemporariesIn(variantFolder(folder, variant));
    removeDeadClaims(variantFolder(folder, variant));
  }
}

/** Copies a shard, unless another process makes it or has made it in the meantime; returns whether it did. */
function copyShard(
  { folder, file }: Holding,
  place: ShardPlace,
  to: string,
  wanted: { id: string; sizes: Holding["file"] },
): boolean {
  makeFolderSync(variantFolder(to, place.variant));
  using own = claim(claimPath(to, place));
  const target = shardPath(to, place);
  if (own === null || isThere(target)) return false;
  writeAtomicSync(target, chunksOf(shardPath(folder, place)));
  verifyShardFile(target, { ...wanted, sizes: file, ...place }, true);
  return true;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A file in pieces, so that a shard takes no memory. */
function* chunksOf(path: string): Generator<Uint8Array> {
  using file = openFileSync(path);
  const block = new Uint8Array(2 ** 20);
  for (;;) {
    const count = file.readSync(block);
    if (count === null) return;
    yield block.subarray(0, count);
  }
}
