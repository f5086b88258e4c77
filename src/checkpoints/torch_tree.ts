/**
 * What a file of PyTorch holds, as named tensors: the names of nested dicts, lists and modules are joined by dots.
 *
 * @module
 */

import type { Bad } from "../archive/file_reader.ts";
import { quote } from "../archive/file_reader.ts";
import { describe, Instance, type PickleValue } from "../archive/pickle/values.ts";
import { PickledTensor, type Storage } from "../archive/pytorch/values.ts";
import type { ByteSource } from "./bytes.ts";
import type { CheckpointMetadata } from "./checkpoint.ts";
import type { StoredTensor } from "./stored_tensor.ts";

/** Models are nested a few deep. */
const mostDepth = 32;

/** More modules, parameters and settings than any model has. */
const mostAttributes = 2 ** 20;

/**
 * The tensors of a value and the plain values at its top.
 *
 * @param value What the pickle makes.
 * @param place Tells where a storage's bytes lie.
 * @param bad Throws the error for a value that is not sound.
 * @param isScript Whether it is a module of TorchScript: then the tensors are the modules' own, as in its state dict,
 * and not those in lists and dicts. A module that is there twice has two names.
 */
export function namedTensors(
  value: PickleValue,
  place: (storage: Storage) => { source: ByteSource; begin: number },
  bad: Bad,
  isScript: boolean,
): { tensors: Map<string, StoredTensor>; metadata: CheckpointMetadata } {
  const tensors = new Map<string, StoredTensor>();
  const metadata: [string, string | number | boolean][] = [];
  let attributes = 0;
  // Each container counts once: a file can refer to one so often that to follow all ways would never end.
  const seen = new Set<PickleValue>();
  const childrenOf = (item: PickleValue): Iterable<[PickleValue, PickleValue]> | undefined => {
    if (isScript) {
      return item instanceof Instance && item.state instanceof Map ? item.state : undefined;
    }
    const entries = item instanceof Map ? item : Array.isArray(item) ? item.entries() : undefined;
    if (entries === undefined) return undefined;
    if (seen.has(item)) return [];
    seen.add(item);
    return entries;
  };
  const walk = (item: PickleValue, name: string, depth: number): void => {
    if (item instanceof PickledTensor) {
      if (tensors.has(name)) bad(`two of its tensors are called ${quote(name)}`);
      const { source, begin } = place(item.storage);
      tensors.set(name, { ...item.arrangement, source, begin: begin + item.storage.begin });
      return;
    }
    const children = childrenOf(item);
    if (children === undefined) {
      const plain = typeof item === "string" || typeof item === "boolean" ||
        typeof item === "number";
      if (depth === 1 && plain) metadata.push([name, item]);
      return;
    }
    if (depth > mostDepth) bad(`it nests its values more than ${mostDepth} deep`);
    for (const [key, child] of children) {
      if (typeof key !== "string" && typeof key !== "number") continue;
      if (isScript && ++attributes > mostAttributes) {
        bad(`its modules have more than ${mostAttributes} attributes`);
      }
      walk(child, depth === 0 ? String(key) : `${name}.${key}`, depth + 1);
    }
  };
  if (isScript && !(value instanceof Instance)) {
    bad(`it is a TorchScript archive of ${describe(value)} where a module is expected`);
  }
  walk(value, value instanceof PickledTensor ? "tensor" : "", 0);
  return { tensors, metadata: Object.fromEntries(metadata) };
}
