/**
 * How deep the values of a pickle are nested.
 *
 * @module
 */

import { Instance, type PickleValue } from "./values.ts";

/** The values that a value holds, if it can hold any. */
function partsOf(value: PickleValue): Iterable<PickleValue> | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Instance) return [...value.args, value.state];
  return undefined;
}

/**
 * How many values lie in each other at the deepest place; without end if one is in itself.
 *
 * @param values All that may hold others, also those that nothing holds any more.
 */
export function depthOf(values: readonly PickleValue[]): number {
  /** The depth by value; a value on the way to the one that is looked at has none yet. */
  const depths = new Map<PickleValue, number | undefined>();
  let deepest = 0;
  for (const start of values) {
    if (depths.has(start)) continue;
    const first = partsOf(start);
    if (first === undefined) continue;
    // By hand: recursion would be as deep as the values are.
    const path = [{ value: start, parts: first[Symbol.iterator](), depth: 1 }];
    depths.set(start, undefined);
    while (path.length > 0) {
      const top = path[path.length - 1];
      const next = top.parts.next();
      if (next.done) {
        depths.set(top.value, top.depth);
        deepest = Math.max(deepest, top.depth);
        path.pop();
        const above = path.at(-1);
        if (above !== undefined) above.depth = Math.max(above.depth, top.depth + 1);
        continue;
      }
      const known = depths.get(next.value);
      if (known !== undefined) top.depth = Math.max(top.depth, known + 1);
      else if (depths.has(next.value)) return Infinity;
      else {
        const parts = partsOf(next.value);
        if (parts === undefined) continue;
        depths.set(next.value, undefined);
        path.push({ value: next.value, parts: parts[Symbol.iterator](), depth: 1 });
      }
    }
  }
  return deepest;
}
