/**
 * How PyTorch's pickles refer to storages, whose bytes lie outside of them.
 *
 * @module
 */

import { type DType, dtypes } from "../../base/dtypes.ts";
import { type Bad, quote } from "../file_reader.ts";
import { describe, type PickleValue } from "../pickle/values.ts";
import type { ZipEntry } from "../zip_table.ts";
import { Storage, StorageType } from "./values.ts";

/** What a pickle says of a storage that lies outside of it. */
export interface StorageClaim {
  /** The storage's name in the file. */
  key: string;
  /** The type of its elements; null if it is of mere bytes. */
  dtype: DType | null;
  /** The size of an element in bytes. */
  itemBytes: number;
  /** The storage's size in bytes. */
  bytes: number;
  /** The part of it that is meant, as (name, first element, number of elements), in the old format. */
  view: PickleValue;
}

/** Reads the id by which a pickle refers to a storage. */
export function storageClaim(id: PickleValue, bad: Bad): StorageClaim {
  if (!Array.isArray(id) || id[0] !== "storage") {
    const what = Array.isArray(id) && id[0] === "module" ? "a whole module" : describe(id);
    return bad(
      `its pickle refers to ${what} outside of it, not to a storage; save the model's state_dict() instead`,
    );
  }
  const [, type, key, , count, view = null] = id;
  if (!(type instanceof StorageType)) bad(`a storage's class is ${describe(type ?? null)}`);
  if (typeof key !== "string" || key.length > 200) bad("a storage has no proper name");
  const itemBytes = type.dtype === null ? 1 : dtypes[type.dtype].bytes;
  const bytes = Number.isSafeInteger(count) ? count as number * itemBytes : -1;
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    bad(
      `the storage ${quote(key)} claims ${
        typeof count === "number" ? count : describe(count ?? null)
      } elements`,
    );
  }
  return { key, dtype: type.dtype, itemBytes, bytes, view };
}

/**
 * What an id stands for in an archive: the storage in a file of its own, in the folder `data`.
 *
 * @param id The id.
 * @param data The files of that folder, by their paths; `folder` is what the paths begin with.
 * @param bad Throws the error for a storage that is not there.
 */
export function archivedStorage(
  id: PickleValue,
  data: { readonly files: ReadonlyMap<string, ZipEntry>; readonly folder: string },
  bad: Bad,
): Storage {
  const { key, dtype, bytes, view } = storageClaim(id, bad);
  if (view !== null) bad(`the storage ${quote(key)} is a part of another`);
  const size = data.files.get(`${data.folder}${key}`)?.size ?? 0;
  // libtorch rounds down where another tensor's elements are larger.
  if (bytes > size || bytes + 16 <= size) {
    bad(`the storage ${quote(key)} claims ${bytes} bytes, and its file has ${size}`);
  }
  return new Storage(key, dtype, 0, bytes);
}
