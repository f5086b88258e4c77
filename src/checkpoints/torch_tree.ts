/**
 * What a file of PyTorch holds, as named tensors: the names of nested dicts, lists and modules are joined by dots.
 *
 * @module
 */

import type { Bad } from "../archive/file_reader.ts";
import { quote } from "../archive/file_reader.ts";
import { describe, Instance, type PickleValue } from "../archive/pickle/values.ts";
import { PickledTensor, type Storage, UnreadableTensor } from "../archive/pytorch/values.ts";
import type { ByteSource } from "./bytes.ts";
import type { WeightsContent } from "./weights_file.ts";
import type { StoredTensor } from "./stored_tensor.ts";

/** Models are nested a few deep. */
const mostDepth = 32;
const tooDeep = `it nests its values more than ${mostDepth} deep`;

/** Far longer than any tensor's name, and far more than those of a model take together. */
const longestName = 2 ** 12;
const mostNameCharacters = 2 ** 25;

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
): Omit<WeightsContent, "format"> {
  const tensors = new Map<string, StoredTensor>();
  const skipped = new Map<string, string>();
  let characters = 0;
  /** Names of dicts lie in those of all tensors below: a long one makes much of little. */
  const checkName = (name: string): void => {
    characters += name.length;
    if (name.length > longestName || characters > mostNameCharacters) {
      bad(`it has a tensor with a name of ${name.length} characters: ${quote(name)}`);
    }
    if (tensors.has(name) || skipped.has(name)) bad(`two of its tensors are called ${quote(name)}`);
  };
  const metadata: [string, string | number | boolean][] = [];
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
    if (item instanceof UnreadableTensor) {
      checkName(name);
      skipped.set(name, item.why);
      return;
    }
    if (item instanceof PickledTensor) {
      checkName(name);
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
    if (depth > mostDepth) bad(tooDeep);
    for (const [key, child] of children) {
      if (typeof key !== "string" && typeof key !== "number") continue;
      walk(child, depth === 0 ? String(key) : `${name}.${key}`, depth + 1);
    }
  };
  if (isScript && !(value instanceof Instance)) {
    bad(`it is a TorchScript archive of ${describe(value)} where a module is expected`);
  }
  if (isScript) checkAttributes(value, bad);
  const isTensor = value instanceof PickledTensor || value instanceof UnreadableTensor;
  walk(value, isTensor ? "tensor" : "", 0);
  return { tensors, skipped, metadata: Object.fromEntries(metadata) };
}

/**
 * Refuses a module with too many attributes, those of its parts included, which count wherever they are. Each part is
 * looked at once: it may be in others ten times, and those in others again.
 */
function checkAttributes(module: PickleValue, bad: Bad): void {
  const known = new Map<PickleValue, number>();
  const count = (item: PickleValue, depth: number): number => {
    if (!(item instanceof Instance && item.state instanceof Map)) return 0;
    const before = known.get(item);
    if (before !== undefined) return before;
    if (depth > mostDepth) bad(tooDeep);
    let attributes = 0;
    for (const child of item.state.values()) attributes += 1 + count(child, depth + 1);
    if (attributes > mostAttributes) {
      bad(`its modules have more than ${mostAttributes} attributes`);
    }
    known.set(item, attributes);
    return attributes;
  };
  count(module, 0);
}
