/**
 * Which settings of a recipe are tried.
 *
 * @module
 */

import { checkPositive } from "../base/check_whole.ts";
import { ArgumentError } from "../base/errors.ts";
import { parseValue } from "../base/options.ts";
import { shuffledOrder } from "../data/shuffled_order.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import type { Recipe } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import type { Draws, SearchSpace } from "./search_space.ts";
import { applySettings } from "./settings.ts";

/** More combinations than anybody tries. */
const MOST = 1_000_000;

/** A recipe with some of the values. */
export interface Candidate {
  /** What is set, as `--set` has it; nothing for the recipe as it is. */
  readonly settings: readonly string[];
  /** The recipe with that. */
  readonly recipe: ResolvedRecipe;
}

/**
 * What a search tries, without running anything: test images are taken out.
 *
 * @throws {ArgumentError} as `search` does of its arguments.
 */
export function searchCandidates(
  recipe: Recipe,
  space: SearchSpace,
  { trials, seed = 0, shared = 0 }: Draws,
): Candidate[] {
  const { name, data, student } = resolveRecipe(recipe);
  checkPositive(trials, "trials");
  if (data.validation === null) {
    throw new ArgumentError(
      `${name}: give data.validation, the images on which settings are chosen; test images are for the end.`,
    );
  }
  if (student.numClasses === 0) {
    throw new ArgumentError(
      `${name}: its student has features only, so that there is no accuracy to choose by. Give it classes.`,
    );
  }
  try {
    const untested = { ...recipe, data: { ...recipe.data, test: null } };
    return candidates(untested, space, { trials, seed, shared });
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(`${name}, what is tried: ${error.message}`, { cause: error });
  }
}

/**
 * The candidates of a search: the recipe as it is, then random combinations of the values, none of them twice.
 *
 * @throws {ArgumentError} if an entry has no values, there is no such entry, a value cannot be used, or there are fewer
 * different recipes than that.
 */
function candidates(
  recipe: Recipe,
  space: SearchSpace,
  { trials: count, seed, shared }: Required<Draws>,
): Candidate[] {
  const entries = Object.entries(space);
  const empty = entries.find(([, values]) => values.length === 0);
  if (empty !== undefined) throw new ArgumentError(`There is no value to try for ${empty[0]}.`);
  const product = (some: typeof entries) =>
    some.reduce((product, [, values]) => product * values.length, 1);
  const combinations = product(entries);
  if (combinations > MOST) {
    throw new ArgumentError(`There are ${combinations} combinations to try; ${MOST} at most.`);
  }
  const found = new Map<string, Candidate>();
  const add = (settings: readonly string[]) => {
    const own = applySettings(recipe, settings);
    const key = recipeFingerprint(own);
    if (!found.has(key)) found.set(key, { settings, recipe: own });
  };
  add([]);
  const size = product(entries.slice(0, shared));
  for (const [first, rest] of pairs(size, combinations / size, seed)) {
    if (found.size >= count) break;
    add(combination(entries, first + size * rest));
  }
  if (found.size >= count) return [...found.values()];
  throw new ArgumentError(
    `There are ${found.size} different recipes to try, the one given among them, and ${count} are wanted. Give more ` +
      `values, or fewer trials.`,
  );
}

/** All pairs of two numbers in random order: the first ones go round in an order of their own, however many second ones there are. */
function* pairs(firsts: number, seconds: number, seed: number): Generator<[number, number]> {
  const [first, second] = [shuffledOrder(firsts, seed, 1), shuffledOrder(seconds, seed, 0)];
  // After so many steps both would begin anew together.
  const round = firsts * seconds / commonDivisor(firsts, seconds);
  for (let i = 0; i < firsts * seconds; i++) {
    yield [first[i % firsts], second[(i + Math.floor(i / round)) % seconds]];
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function combination(
  entries: readonly (readonly [string, readonly unknown[]])[],
  place: number,
): string[] {
  return entries.map(([entry, values]) => {
    const value = values[place % values.length];
    place = Math.floor(place / values.length);
    return setting(entry, value);
  });
}

function setting(entry: string, value: unknown): string {
  return `${entry}=${JSON.stringify(value)}`;
}

/**
 * A space from the command line, `["method.beta1=0.3,1,3", "student.widths=[8,16],[16,32]"]`. A value is JSON where it is
 * that, else text.
 *
 * @throws {ArgumentError} if one is no entry and its values, or an entry is given twice.
 */
export function parseSpace(texts: readonly string[]): SearchSpace {
  const space: Record<string, unknown[]> = {};
  for (const text of texts) {
    const [, entry = "", values = ""] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (entry.trim() === "" || values.trim() === "") {
      throw new ArgumentError(
        `A space is an entry and values to try, such as method.beta1=0.3,1,3; got ${
          JSON.stringify(text)
        }.`,
      );
    }
    if (Object.hasOwn(space, entry.trim())) {
      throw new ArgumentError(`The values of ${entry.trim()} are given twice; give all at once.`);
    }
    space[entry.trim()] = splitOutside(values).map((value) => parseValue(value.trim()));
  }
  return space;
}

/** The parts between commas that are not within brackets or quotes. */
function splitOutside(text: string): string[] {
  const parts = [""];
  let [depth, quoted] = [0, false];
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    else if (!quoted && "[{".includes(letter)) depth++;
    else if (!quoted && "]}".includes(letter)) depth--;
    if (letter === "," && depth === 0 && !quoted) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts;
}
