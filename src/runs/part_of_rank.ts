/**
 * Which share of the work a process has that was started with others.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Part } from "../teachers/store/types.ts";

/**
 * The share of a process that torchrun or `apprentice launch` started, by RANK and WORLD_SIZE; undefined where these are not set,
 * or there is one process only.
 *
 * @throws {ArgumentError} if only one of them is set, or they are no rank and number of ranks.
 */
export function partOfRank(
  read: (name: string) => string | undefined = readVariable,
): Part | undefined {
  const [rank, size] = [read("RANK"), read("WORLD_SIZE")];
  if (rank === undefined && size === undefined) return undefined;
  const part = { index: wholeIn(rank), of: wholeIn(size) };
  if (part.index >= 0 && part.index < part.of) return part.of === 1 ? undefined : part;
  throw new ArgumentError(
    `RANK is a number from 0 and below WORLD_SIZE; they are ${rank ?? "not set"} and ${
      size ?? "not set"
    }. Set both, as ` +
      "torchrun does, or neither.",
  );
}

function wholeIn(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : NaN;
}

/** A variable that may be read without asking who works at a terminal. */
function readVariable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
