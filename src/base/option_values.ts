/**
 * Options that are one value: numbers, true or false, text, one of several names.
 *
 * @module
 */

import { type JsonSchema, type Option, wrong } from "./options.ts";

/** What every option is declared with. */
export interface About<T> {
  /** What the option decides, one sentence without a full stop. */
  help?: string;
  /** The option's value where none is given; one has to be given if this is absent. */
  default?: T;
}

/** A range of numbers; each end may be absent. */
export interface Range {
  /** The smallest. */
  min?: number;
  /** All are above this. */
  above?: number;
  /** The largest. */
  max?: number;
  /** All are below this. */
  below?: number;
}

/** A finite number. */
export function number(about: About<number> & Range): Option<number> {
  return option(about, `a ${hasRange(about) ? "" : "finite "}number${rangeText(about)}`, {
    type: "number",
    ...rangeSchema(about),
  }, (value) => typeof value === "number" && Number.isFinite(value) && within(value, about));
}

/** A whole number. */
export function whole(about: About<number> & Range): Option<number> {
  return option(about, `a whole number${rangeText(about)}`, {
    type: "integer",
    ...rangeSchema(about),
  }, (value) => Number.isSafeInteger(value) && within(value as number, about));
}

/** True or false. */
export function flag(about: About<boolean>): Option<boolean> {
  return option(
    about,
    "true or false",
    { type: "boolean" },
    (value) => typeof value === "boolean",
  );
}

/** Text; `wants` says of what: `the name of a file`. */
export function text(about: About<string> & { wants?: string; pattern?: RegExp }): Option<string> {
  const { wants = "text", pattern } = about;
  return option(
    about,
    wants,
    { type: "string", ...(pattern && { pattern: pattern.source }) },
    (value) => typeof value === "string" && (pattern?.test(value) ?? true),
  );
}

/** One of some names or numbers. */
export function choice<const T extends string | number | boolean>(
  values: readonly T[],
  about: About<NoInfer<T>>,
): Option<T> {
  const names = values.map((value) => JSON.stringify(value));
  const wants = names.length === 1
    ? names[0]
    : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return option(about, wants, { enum: [...values] }, (value) => values.includes(value as T));
}

function option<T>(
  about: About<T>,
  wants: string,
  schema: JsonSchema,
  fits: (value: unknown) => boolean,
): Option<T> {
  return {
    ...common(about),
    wants,
    schema,
    read(value, at) {
      if (!fits(value)) throw wrong(at, wants, value);
      return value as T;
    },
  };
}

/** What an option has of its declaration. */
export function common<T>(about: About<T>): { help: string; default: unknown } {
  return { help: about.help ?? "", default: about.default };
}

const hasRange = (range: Range) =>
  [range.min, range.above, range.max, range.below].some((end) => end !== undefined);

function within(value: number, { min, above, max, below }: Range): boolean {
  return value >= (min ?? -Infinity) && value > (above ?? -Infinity) &&
    value <= (max ?? Infinity) && value < (below ?? Infinity);
}

function rangeText({ min, above, max, below }: Range): string {
  const low = min ?? above;
  if (low === undefined) {
    return max !== undefined ? ` of at most ${max}` : below !== undefined ? ` below ${below}` : "";
  }
  const top = max !== undefined ? ` to ${max}` : below !== undefined ? ` to below ${below}` : "";
  if (top === "") return min !== undefined ? ` of at least ${min}` : ` above ${above}`;
  return ` from ${min !== undefined ? min : `above ${above}`}${top}`;
}

function rangeSchema({ min, above, max, below }: Range): JsonSchema {
  return {
    ...(min !== undefined && { minimum: min }),
    ...(above !== undefined && { exclusiveMinimum: above }),
    ...(max !== undefined && { maximum: max }),
    ...(below !== undefined && { exclusiveMaximum: below }),
  };
}
