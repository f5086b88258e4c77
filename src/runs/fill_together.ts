/**
 * Filling a recipe's store by several processes at once.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Part } from "../teachers/store/types.ts";
import { type FillRunOptions, fillStore, type OpenedRun } from "./open_run.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";

/**
 * Stores this rank's share of what the teachers say, then what is missing of the others' as far as nobody works on it, and
 * returns when all is there: a rank that is lost is done for, and no shard is computed twice. All ranks need the same folder.
 *
 * @param part Which rank this is, and of how many: `{ index: rank, of: worldSize }`.
 * @throws As `fill` does.
 */
export async function fillTogether(
  recipe: ResolvedRecipe,
  opened: OpenedRun,
  part: Part,
  options: Omit<FillRunOptions, "part"> = {},
): Promise<void> {
  await fillStore(recipe, opened, { ...options, part });
  // What is there by now was made by this process, or by one that compared it.
  await fillStore(recipe, opened, { ...options, verify: false });
}

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
