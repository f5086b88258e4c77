/**
 * What readers of transformers' descriptions have in common.
 *
 * @module
 */

import { type Facts, type Problems, shown } from "./facts.ts";

/** Finds an architecture's name; null with a problem if there is none. */
export type Reader = (config: Facts, problems: Problems) => string | null;

/** Reports what an architecture of the registry does not have. */
export function differs(config: Facts, wanted: Readonly<Record<string, unknown>>): string | null {
  for (const [key, value] of Object.entries(wanted)) {
    const found = config[key];
    if (found !== undefined && found !== null && found !== value) {
      return `${key} is ${shown(found)}, not ${shown(value)}`;
    }
  }
  return null;
}

/** Finds a name by lists of numbers. */
export function byNumbers(
  what: string,
  table: Readonly<Record<string, string>>,
  numbers: readonly (readonly number[])[],
  problems: Problems,
): string | null {
  const key = numbers.map((list) => list.join()).join("|");
  return table[key] ??
    problems.add(
      `there is no ${what} with ${numbers.map((list) => `[${list.join(", ")}]`).join(", ")}`,
    );
}
