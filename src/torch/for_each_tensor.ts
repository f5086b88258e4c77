/**
 * The tensors within a value.
 *
 * @module
 */

import { Tensor } from "./tensor.ts";

/** Calls `visit` for every tensor in a value: a tensor, or arrays, maps and plain objects of them. */
export function forEachTensor(
  value: unknown,
  visit: (tensor: Tensor) => void,
  seen: Set<object> = new Set(),
): void {
  if (value instanceof Tensor) return visit(value);
  if (value === null || typeof value !== "object" || seen.has(value)) return;
  const items = itemsOf(value);
  if (items === undefined) return;
  seen.add(value);
  for (const item of items) forEachTensor(item, visit, seen);
}

function itemsOf(value: object): Iterable<unknown> | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) return value.values();
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.values(value) : undefined;
}
