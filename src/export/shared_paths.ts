/**
 * Paths in what is handed on to others: the folders of who wrote it are nobody's business.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";

/** An absolute path, as Unix or Windows has them. */
const ABSOLUTE = /^(?:file:\/\/|~?[/\\]|[A-Za-z]:[/\\])/;

/** A text as it is handed on: of an absolute path only the last name, after `…/`. */
export function sharedPath(text: string): string {
  if (!ABSOLUTE.test(text)) return text;
  const name = text.split(/[/\\]/).findLast((part) => part !== "");
  return name === undefined ? text : `…/${name}`;
}

/** Plain data as it is handed on: {@linkcode sharedPath} of all texts in it, names of entries too. */
export function sharedData<T extends Spec | undefined>(data: T): T {
  if (typeof data === "string") return sharedPath(data) as T;
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) return data.map((part: Spec) => sharedData(part)) as unknown as T;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [sharedPath(name), sharedData(value)]),
  ) as T;
}
