/**
 * Finding names by patterns.
 *
 * @module
 */

import { ArgumentError } from "./errors.ts";
import type { NamePattern } from "./name_pattern.ts";
import { nearest } from "./nearest.ts";
import { list } from "./option_parts.ts";
import { type About, common } from "./option_values.ts";
import { type Option, wrong } from "./options.ts";

/** The regular expression of a name in which `*` stands for anything. */
export function wildcard(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

/**
 * Says whether names match a pattern.
 *
 * @throws {ArgumentError} if it is neither text nor a regular expression.
 */
export function matcherOf(pattern: NamePattern): (name: string) => boolean {
  if (typeof pattern !== "string" && !(pattern instanceof RegExp)) {
    throw new ArgumentError(
      `A pattern of names is text, in which * stands for anything, or a regular expression; got ` +
        `${pattern === null ? "null" : typeof pattern}.`,
    );
  }
  // Without the flags that make an expression remember where it was.
  const expression = typeof pattern === "string"
    ? wildcard(pattern)
    : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
  return (name) => expression.test(name);
}

/** The error for a pattern that no name matches; it names the nearest ones. */
export function noMatch(
  pattern: NamePattern,
  names: readonly string[],
  what: string,
): ArgumentError {
  const shown = typeof pattern === "string" ? `"${pattern}"` : String(pattern);
  const letters = (typeof pattern === "string" ? pattern : pattern.source)
    .replace(/\\d|[\\^$*+?()[\]{}|]/g, "").replace(/\.+$/, "");
  const near = nearest(letters, names).map((name) => `"${name}"`).join(", ");
  return new ArgumentError(
    `${what} ${shown} matches no parameter and no module.` +
      (near === "" ? " There are none." : ` The nearest names are ${near}.`),
  );
}

const WANTS = "a name, in which * stands for anything, or a regular expression";

/** A pattern of names as an option; in recipes it is text. */
export function namePattern(about: About<NamePattern> = {}): Option<NamePattern> {
  return {
    ...common(about),
    wants: WANTS,
    schema: { type: "string" },
    read(value, at) {
      if (typeof value !== "string" && !(value instanceof RegExp)) throw wrong(at, WANTS, value);
      return value;
    },
  };
}

/** Several patterns of names as an option; none by default. */
export function namePatterns(about: About<readonly NamePattern[]>): Option<NamePattern[]> {
  return list(namePattern(), { default: [], ...about });
}
