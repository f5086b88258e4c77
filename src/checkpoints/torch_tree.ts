/**
 * What a file of torch.save holds, as named tensors: the names of nested dicts and lists are joined by dots.
 *
 * @module
 */

import type { CheckpointMetadata } from "./checkpoint.ts";
import { type StoredDType, storedDTypes } from "./dtypes.ts";
import type { Bad } from "./file_reader.ts";
import { quote } from "./file_reader.ts";
import { PickledTensor, type Storage, StorageType } from "./pickle/torch_values.ts";
import { describe, type PickleValue } from "./pickle/values.ts";
import type { StoredTensor } from "./stored_tensor.ts";
import type { ByteSource } from "./bytes.ts";

/** Models are nested a few deep. */
const mostDepth = 32;

/** The tensors of a value and the plain values at its top. `place` tells where a storage's bytes lie. */
export function namedTensors(
  value: PickleValue,
  place: (storage: Storage) => { source: ByteSource; begin: number },
  bad: Bad,
): { tensors: Map<string, StoredTensor>; metadata: CheckpointMetadata } {
  const tensors = new Map<string, StoredTensor>();
  const metadata: [string, string | number | boolean][] = [];
  // Each container counts once: a file can refer to one so often that to follow all ways would never end.
  const seen = new Set<PickleValue>();
  const walk = (item: PickleValue, name: string, depth: number): void => {
    if (item instanceof PickledTensor) {
      if (tensors.has(name)) bad(`two of its tensors are called ${quote(name)}`);
      const { source, begin } = place(item.storage);
      tensors.set(name, { ...item.arrangement, source, begin: begin + item.storage.begin });
      return;
    }
    const entries = item instanceof Map ? item : Array.isArray(item) ? item.entries() : undefined;
    if (entries === undefined) {
      const plain = typeof item === "string" || typeof item === "boolean" ||
        typeof item === "number";
      if (depth === 1 && plain) metadata.push([name, item]);
      return;
    }
    if (seen.has(item)) return;
    seen.add(item);
    if (depth > mostDepth) bad(`it nests its values more than ${mostDepth} deep`);
    for (const [key, child] of entries) {
      if (typeof key !== "string" && typeof key !== "number") continue;
      walk(child, depth === 0 ? String(key) : `${name}.${key}`, depth + 1);
    }
  };
  walk(value, value instanceof PickledTensor ? "tensor" : "", 0);
  return { tensors, metadata: Object.fromEntries(metadata) };
}

/** What a pickle says of a storage that lies outside of it. */
export interface StorageClaim {
  /** Its name in the file. */
  key: string;
  /** The type of its elements; null if it is of mere bytes. */
  dtype: StoredDType | null;
  /** The size of an element in bytes. */
  itemBytes: number;
  /** Its size in bytes. */
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
  const itemBytes = type.dtype === null ? 1 : storedDTypes[type.dtype].bytes;
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
