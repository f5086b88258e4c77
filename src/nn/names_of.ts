/**
 * Which parameters of a module patterns of names mean.
 *
 * @module
 */

import type { NamePattern } from "../base/name_pattern.ts";
import { matcherOf, noMatch } from "../base/match_names.ts";
import type { Module } from "./module.ts";

/** A name and all that it begins with: `a`, `a.b`, `a.b.c`. */
function beginnings(name: string): string[] {
  const parts = name.split(".");
  return parts.map((_, i) => parts.slice(0, i + 1).join("."));
}

/**
 * The names of the parameters that a pattern means: those that match it, and all those in a module that matches it.
 *
 * @param what What the pattern is for, to begin the error with: `paramGroups: the pattern`.
 * @throws {ArgumentError} if nothing matches, neither a parameter nor a module; the message has the nearest names.
 */
export function parametersMatching(model: Module, pattern: NamePattern, what: string): Set<string> {
  const matches = matcherOf(pattern);
  const names = model.namedParameters().map(([name]) => name);
  const found = names.filter((name) => beginnings(name).some(matches));
  if (found.length === 0) {
    const modules = model.namedModules().map(([name]) => name).filter((name) => name !== "");
    if (!modules.some(matches)) throw noMatch(pattern, [...modules, ...names], what);
  }
  return new Set(found);
}
