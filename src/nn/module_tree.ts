/**
 * Walking a module and all below it.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** What has named children. */
interface Node<N> {
  namedChildren(): [string, N][];
}

/** How deep modules may lie in one another: deeper is a mistake, and would overflow the stack. */
const deepest = 1000;

/**
 * Calls `visit` for a module (its name is "") and all below it, parents before their children, with dotted names. One
 * that is shared is visited once for each of its names.
 *
 * @param visit Returns false to leave out what is below.
 * @throws {ArgumentError} if a module contains itself, or lies too deep.
 */
export function walk<N extends Node<N>>(
  root: N,
  visit: (module: N, name: string) => boolean | void,
): void {
  const above = new Map<N, string>();
  const go = (module: N, name: string): void => {
    const seen = above.get(module);
    if (seen !== undefined) throw containsItself(module, seen, name);
    if (above.size === deepest) throw tooDeep(name);
    above.set(module, name);
    if (visit(module, name) !== false) {
      for (const [child, value] of module.namedChildren()) {
        go(value, name === "" ? child : `${name}.${child}`);
      }
    }
    above.delete(module);
  };
  go(root, "");
}

/** All that can be reached from a module, each once; one that contains itself is none the worse for it. */
export function reachable<N extends Node<N>>(root: N): Set<N> {
  const found = new Set([root]);
  for (const module of found) {
    for (const [, child] of module.namedChildren()) found.add(child);
  }
  return found;
}

/** The modules whose own recursions are under way, from the outermost on. */
const active = new Set<object>();

/**
 * Runs the part of a recursion that is a module's own, which calls that of its children.
 *
 * @throws {ArgumentError} if it is under way already: the module contains itself; or if it lies too deep.
 */
export function within<R>(module: object, body: () => R): R {
  if (active.has(module)) throw containsItself(module);
  if (active.size === deepest) throw tooDeep(module.constructor.name);
  active.add(module);
  try {
    return body();
  } finally {
    active.delete(module);
  }
}

/** The error for a module that is below itself, by the names of both places where they are known. */
export function containsItself(module: object, above?: string, below?: string): ArgumentError {
  const named = above === undefined
    ? ""
    : `: ${above === "" ? "it" : `"${above}"`} is found again as "${below}"`;
  return new ArgumentError(
    `This ${module.constructor.name} contains itself${named}. A module may be part of several others, but not of ` +
      "itself; keep a reference that is no part in a #private field.",
  );
}

function tooDeep(name: string): ArgumentError {
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return new ArgumentError(
    `Modules lie in one another more than ${deepest} deep ("${shown}"); put them side by side.`,
  );
}
