/**
 * Looking for damage in a store.
 *
 * @module
 */

import { StoreError } from "../../base/errors.ts";
import { letSignalsIn } from "../../base/interrupt.ts";
import { isNotAllowed } from "../../base/regular_files.ts";
import { removeTemporariesIn } from "../../base/temporaries.ts";
import { StoreEntry } from "./entry.ts";
import { readEntryFile } from "./entry_file.ts";
import { bytesBelow, entryNames, findVariants, lockPath } from "./folder.ts";
import { shardPath, shardPlaces } from "./layout.ts";
import { holdInUse, removeDeadClaims } from "./locks.ts";
import type { StoreVerified, VerifyOptions } from "./types.ts";

/** Reads all shards of a store, and removes what is damaged if asked to. */
export async function verifyStore(root: string, options: VerifyOptions): Promise<StoreVerified> {
  const { remove = false, signal, onProgress } = options;
  const damaged: { path: string; reason: string }[] = [];
  let shards = 0;
  for (const id of entryNames(root)) {
    const folder = `${root}/${id}`;
    removeTemporariesIn(folder);
    // Who evicts waits until this is done, and the other way round.
    using _inUse = holdInUse(lockPath(root, id));
    const note = (path: string, error: unknown): void => {
      if (isNotAllowed(error)) throw error;
      damaged.push({ path, reason: (error as Error).message });
      if (remove) Deno.removeSync(path, { recursive: true });
    };
    let file;
    try {
      file = readEntryFile(folder);
      if (file === null) throw new StoreError(`${folder} has no entry.json. Remove the folder.`);
    } catch (error) {
      note(folder, error);
      continue;
    }
    const entry = new StoreEntry(folder, file, { [Symbol.dispose]() {} });
    const wanted = new Map(shardPlaces(file).map((place) => [shardPath(folder, place), place]));
    for (const variant of findVariants(folder)) {
      removeTemporariesIn(variant.folder);
      removeDeadClaims(variant.folder);
      for (const { path } of variant.shards) {
        const place = wanted.get(path);
        shards++;
        signal?.throwIfAborted();
        try {
          if (place === undefined) throw new StoreError(`${path} is no shard of this entry.`);
          entry.verifyShard(place, true);
        } catch (error) {
          note(path, error);
        }
        onProgress?.(shards);
        await letSignalsIn();
      }
    }
  }
  return { shards, bytes: bytesBelow(root), damaged, removed: remove };
}
