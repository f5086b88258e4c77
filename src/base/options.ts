/**
 * Options that are declared once, beside the class that has them: type, default, range and help. The constructor, a recipe,
 * a flag of the command line, the JSON schema and the message of an error all read the same declaration.
 *
 * @module
 */

import { ArgumentError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import type { Spec } from "./spec.ts";

/** A JSON schema (2020-12), or a part of one. */
export type JsonSchema = { readonly [name: string]: Spec | undefined };

/** One option: what it may be, and what it is if it is absent. Made by the functions of `option_values.ts` and `option_parts.ts`. */
export interface Option<T> {
  /** One sentence: what it decides. */
  readonly help: string;
  /** The value where none is given, before its own parts are filled in; undefined if one has to be given. */
  readonly default: unknown;
  /** What is wanted, in words that follow "must be": `a number of at least 0`. */
  readonly wants: string;
  /** What is wanted, for editors. */
  readonly schema: JsonSchema;
  /**
   * The value with all its parts filled in; shares nothing with what was given.
   *
   * @throws {ArgumentError} if it cannot be used; the message begins with `at`.
   */
  read(value: unknown, at: string): T;
}

/** The options of one thing. TypeScript refuses a table in which one of them lacks. */
export type OptionTable<O> = {
  readonly [K in keyof O]-?: Option<Exclude<O[K], undefined>>;
};

/** Any table, of whatever options. */
export type AnyTable = OptionTable<Record<string, unknown>>;

/** Options with all of them there. */
export type Resolved<O> = { [K in keyof O]-?: Exclude<O[K], undefined> };

/**
 * Checks the options that were given and fills in those that were not.
 *
 * @param name Whose options they are; messages begin with it.
 * @throws {ArgumentError} if there is no such option, one has to be given, or one cannot be used.
 *
 * @example
 * ```ts ignore
 * const TABLE: OptionTable<{ lr?: number }> = { lr: number({ default: 1e-3, min: 0, help: "the learning rate" }) };
 * resolveOptions("SGD", TABLE, { lr: -1 }); // SGD: lr must be a number of at least 0, got -1.
 * ```
 */
export function resolveOptions<O>(
  name: string,
  table: OptionTable<O>,
  given: Partial<O> = {},
): Resolved<O> {
  return readTable(table, given, name, ": ");
}

/**
 * Checks options that are all there, such as those of an optimizer that somebody changed. Entries that the table does not
 * have are passed over.
 *
 * @throws {ArgumentError} if one cannot be used.
 */
export function checkOptions<O>(name: string, table: OptionTable<O>, options: Resolved<O>): void {
  for (const key in table) table[key].read(options[key], `${name}: ${key}`);
}

/**
 * The entries of an object by a table.
 *
 * @param at Where the object is: `SGD`, or `method.weights` in a recipe.
 * @param between What stands between that and the name of an entry.
 * @throws {ArgumentError} if it is no object, has an entry that the table does not have, or one cannot be used.
 */
export function readTable<O>(
  table: OptionTable<O>,
  given: unknown,
  at: string,
  between = ".",
): Resolved<O> {
  if (!isPlainObject(given)) {
    throw wrong(at, "an object with options", given);
  }
  const names = Object.keys(table) as (keyof O & string)[];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) throw unknownName(at, "option", name, names);
  }
  const filled = {} as Resolved<O>;
  for (const name of names) {
    const option: Option<Resolved<O>[typeof name]> = table[name];
    const path = at === "" ? name : at + between + name;
    const value = given[name] === undefined ? option.default : given[name];
    if (value === undefined) {
      throw new ArgumentError(
        `${path} must be ${option.wants}, and is missing: it is ${option.help}.`,
      );
    }
    filled[name] = option.read(value, path);
  }
  return filled;
}

/** The JSON schema of an object with these options. */
export function schemaOf<O>(table: OptionTable<O>): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const name in table) {
    const { help, schema, default: value } = table[name];
    properties[name] = {
      ...schema,
      description: help,
      ...(value !== undefined && { default: value as Spec }),
    };
    if (value === undefined) required.push(name);
  }
  return {
    type: "object",
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** What a text on the command line stands for: JSON where it is that (`2`, `true`, `[8, 16]`), else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The error for a value that is not what is wanted. */
export function wrong(at: string, wants: string, value: unknown): ArgumentError {
  return new ArgumentError(`${at === "" ? "It" : at} must be ${wants}, got ${shown(value)}.`);
}

/** The error for a name that is none of those that there are. */
export function unknownName(
  at: string,
  what: string,
  name: string,
  names: readonly string[],
): ArgumentError {
  const [near] = nearest(name, names, 1);
  const where = at === "" ? "There" : `${at}: there`;
  const there = names.length === 0
    ? ""
    : ` There ${names.length === 1 ? "is" : "are"} ${names.join(", ")}.`;
  return new ArgumentError(
    `${where} is no ${what} ${JSON.stringify(name)}${
      near === undefined ? "" : `; did you mean "${near}"?`
    }${near === undefined ? "." : ""}${there}`,
  );
}

/** Whether a value is an object as JSON has them. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** A value in a message: short, and never an error of its own. */
function shown(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? value.slice(0, 60) + "…" : value);
  }
  if (Array.isArray(value)) {
    return `[${value.slice(0, 8).map(shown).join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  if (typeof value === "function") return "a function";
  if (isPlainObject(value)) return `{ ${Object.keys(value).slice(0, 8).join(", ")} }`;
  if (typeof value === "object" && value !== null) return `a ${value.constructor.name}`;
  return String(value);
}
