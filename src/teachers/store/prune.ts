/**
 * Making room in a store.
 *
 * @module
 */

import { bytesBelow, entryNames, findVariants, lastWritten, lockPath } from "./folder.ts";
import { readEntryFile } from "./entry_file.ts";
import { holdAlone } from "./locks.ts";
import type { Pruned } from "./types.ts";

/** Something that can be removed as a whole. */
interface Piece {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
  readonly shards: number;
}

/** Removes what was used least lately until the store has at most some bytes. */
export function pruneStore(root: string, most: number): Pruned {
  const before = bytesBelow(root);
  let [after, shards] = [before, 0];
  const locks = new Map<string, Disposable | null>();
  try {
    const pieces = piecesOf(root);
    const left = new Map<string, number>();
    for (const { id } of pieces) left.set(id, (left.get(id) ?? 0) + 1);
    for (const piece of pieces) {
      if (after <= most) break;
      const lock = lockPath(root, piece.id);
      if (!locks.has(piece.id)) locks.set(piece.id, holdAlone(lock));
      if (locks.get(piece.id) === null) continue; // Somebody has it open.
      remove(piece.path);
      after -= piece.bytes;
      shards += piece.shards;
      left.set(piece.id, left.get(piece.id)! - 1);
      if (left.get(piece.id) === 0) after -= removeIfEmpty(`${root}/${piece.id}`);
    }
  } finally {
    for (const lock of locks.values()) lock?.[Symbol.dispose]();
  }
  return { before, after, shards };
}

/** All that can be removed, what is of no use first, then what was used least lately. */
function piecesOf(root: string): Piece[] {
  const pieces: Piece[] = [];
  for (const id of entryNames(root)) {
    const folder = `${root}/${id}`;
    const variants = isReadable(folder) ? findVariants(folder) : [];
    if (variants.length === 0) {
      const shards = findVariants(folder).reduce((sum, one) => sum + one.shards.length, 0);
      // No version of this package that reads this store can use it; or there is nothing in it.
      const used = isReadable(folder) ? lastWritten(folder) : -Infinity;
      pieces.push({ id, path: folder, bytes: bytesBelow(folder), used, shards });
    }
    for (const { shards, used } of variants) {
      // From the last on: filling goes on from the first that is missing.
      for (const { path, bytes } of shards.toReversed()) {
        pieces.push({ id, path, bytes, used, shards: 1 });
      }
    }
  }
  return pieces.sort((a, b) => a.used - b.used);
}

function isReadable(folder: string): boolean {
  try {
    return readEntryFile(folder) !== null;
  } catch {
    return false;
  }
}

/** Removes an entry that has no shard any more; returns how many bytes that frees. */
function removeIfEmpty(folder: string): number {
  if (findVariants(folder).some(({ shards }) => shards.length > 0)) return 0;
  const bytes = bytesBelow(folder);
  remove(folder);
  return bytes;
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
