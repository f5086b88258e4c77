/**
 * Names that come from outside, looked up in a table.
 *
 * @module
 */

import { ArgumentError } from "./errors.ts";

/**
 * What a table has under a name. Only what was put into it counts: every object also has a `constructor` and
 * others that it inherits.
 *
 * @param table The values by name.
 * @param name The name; anything at all.
 * @param what What the names are, for the error, such as `"reduction"`.
 * @throws {ArgumentError} if the table has no such name; the message lists those that it has.
 */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: unknown, what: string): T {
  if (isNameOf(table, name)) return table[name];
  const given = typeof name === "string" ? `"${name}"` : name === null ? "null" : typeof name;
  throw new ArgumentError(
    `There is no ${what} ${given}; it is one of ${Object.keys(table).join(", ")}.`,
  );
}

/** Whether a table has something under a name. */
export function isNameOf<K extends string>(
  table: Readonly<Record<K, unknown>>,
  name: unknown,
): name is K {
  return typeof name === "string" && Object.hasOwn(table, name);
}
