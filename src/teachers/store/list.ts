/**
 * What is in a store.
 *
 * @module
 */

import { StoreError } from "../../base/errors.ts";
import { isNotAllowed } from "../../base/regular_files.ts";
import { readEntryFile } from "./entry_file.ts";
import { bytesBelow, entryNames, findVariants } from "./folder.ts";
import { shardPath, shardPlaces } from "./layout.ts";
import type { StoreListing } from "./types.ts";

/** All entries of a store, those that cannot be read too. */
export function listStore(root: string): StoreListing[] {
  return entryNames(root).map((id) => {
    const folder = `${root}/${id}`;
    const found = findVariants(folder);
    const used = Math.max(0, ...found.map((variant) => variant.used));
    const common = {
      id,
      folder,
      bytes: bytesBelow(folder),
      lastUsed: used === 0 ? null : new Date(used),
    };
    try {
      const file = readEntryFile(folder);
      if (file === null) throw new StoreError(`${folder} has no entry.json`);
      const { teacher, data, images, variants, dtype } = file;
      const wanted = new Set(shardPlaces(file).map((place) => shardPath(folder, place)));
      const there = found.flatMap(({ shards }) => shards).filter(({ path }) => wanted.has(path));
      const complete = there.length / wanted.size;
      return { ...common, teacher, data, images, variants, dtype, complete, problem: null };
    } catch (error) {
      if (isNotAllowed(error)) throw error;
      const nothing = {
        teacher: "",
        data: null,
        images: 0,
        variants: 0,
        dtype: null,
        complete: 0,
      };
      return { ...common, ...nothing, problem: (error as Error).message };
    }
  });
}
