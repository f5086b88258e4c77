/**
 * Reading a saved average: all of it is checked before any of it is used.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { Tensor } from "../torch/mod.ts";
import type { EmaState } from "./ema_options.ts";

/**
 * Takes a saved state apart.
 *
 * @param averages The averages that it has to fit, by name.
 * @throws {ArgumentError} if names are missing or unknown, or the count of updates is none.
 * @throws {ShapeError} if a tensor is not of its average's shape.
 */
export function readEmaState(
  state: EmaState,
  averages: ReadonlyMap<string, Tensor>,
): { tensors: Readonly<Record<string, Tensor>>; updates: number } {
  const { tensors, scalars: { updates } } = state;
  if (!Number.isSafeInteger(updates) || updates < 0) {
    throw new ArgumentError(`The average's state has no count of updates: ${updates}.`);
  }
  const missing = [...averages.keys()].filter((name) => !Object.hasOwn(tensors, name));
  const unknown = Object.keys(tensors).filter((name) => !averages.has(name));
  if (missing.length + unknown.length > 0) {
    throw new ArgumentError(
      `The average's state is of another model: it lacks ${missing.length} names` +
        (missing.length > 0 ? ` ("${missing[0]}")` : "") +
        ` and has ${unknown.length} others` + (unknown.length > 0 ? ` ("${unknown[0]}").` : "."),
    );
  }
  for (const [name, average] of averages) {
    const given: unknown = tensors[name];
    if (!(given instanceof Tensor)) {
      throw new ArgumentError(`The average's "${name}" must be a tensor, got ${typeof given}.`);
    }
    if (given.shape.join() === average.shape.join()) continue;
    const [got, want] = [given, average].map(({ shape }) => `[${shape.join(", ")}]`);
    throw new ShapeError(`The average's "${name}" is ${got}, must be ${want}.`);
  }
  return { tensors, updates };
}
