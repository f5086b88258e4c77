/**
 * Finding classes by their names.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { listed } from "./listed.ts";

/** How many classes a message lists. */
const LISTED = 12;

/** How classes are matched by name. */
export interface MatchOptions {
  /** What classes of the teacher are called in the label space, where they have another name there; null for none. */
  readonly rename?: Readonly<Record<string, string | null>>;
  /**
   * What becomes of classes that the label space does not have and `rename` does not name: they are an error that lists them
   * (`"refuse"`, the default), or (`"drop"`) left out, as fits a teacher of a thousand classes of which a few are wanted.
   */
  readonly others?: "refuse" | "drop";
  /** Who has the classes, to begin messages with; "The teacher" by default. */
  readonly who?: string;
}

/**
 * For each of the teacher's classes its number in the label space, by name; null for one that is left out.
 *
 * @throws {ArgumentError} as `LabelMap.byName` does.
 */
export function matchClasses(
  own: readonly string[],
  space: readonly string[],
  options: MatchOptions,
): (number | null)[] {
  const { rename = {}, others = "refuse", who = "The teacher" } = options;
  if (others !== "refuse" && others !== "drop") {
    throw new ArgumentError(
      `${who}: others is "refuse" or "drop", got ${JSON.stringify(others)}.`,
    );
  }
  checkNames(own, who);
  // Names that two classes have are no hindrance where all are the same anyway.
  const same = own.length === space.length && own.every((name, i) => name === space[i]);
  if (same && Object.keys(rename).length === 0) return own.map((_, i) => i);
  const numbers = numbersOf(space);
  checkRename(rename, own, space, who);
  const wanted = own.map((name) => Object.hasOwn(rename, name) ? rename[name] : name);
  const missing = own.filter((_, i) => wanted[i] !== null && !numbers.has(wanted[i]!));
  const found = wanted.map((name) => name === null ? null : numbers.get(name) ?? null);
  if (found.every((number) => number === null)) {
    throw new ArgumentError(
      `${who}: none of its ${own.length} classes is one of the ${space.length} of the label space. It has ` +
        `${listed(own, LISTED)}; the label space has ${
          listed(space, LISTED)
        }. Rename its classes, ` +
        `{ ${JSON.stringify(own[0])}: ${
          JSON.stringify(nearest(own[0], space, 1)[0])
        }, … }, or give classes: for ` +
        `each of them, in its order, the number of the label space's, or null.`,
    );
  }
  if (missing.length > 0 && others === "refuse") throw unmatched(missing, own, space, who);
  checkOnce(found, own, space, who);
  return found;
}

function checkNames(names: readonly string[], who: string): void {
  const bad = names.findIndex((name) => typeof name !== "string");
  if (names.length > 0 && bad < 0) return;
  throw new ArgumentError(
    names.length === 0
      ? `${who} has no class.`
      : `${who}: the names of its classes are texts; number ${bad} is ${String(names[bad])}.`,
  );
}

/** The numbers of a label space's classes by name. */
function numbersOf(space: readonly string[]): Map<string, number> {
  const numbers = new Map(space.map((name, number) => [name, number]));
  if (numbers.size === space.length) return numbers;
  const twice = space.find((name, number) => numbers.get(name) !== number)!;
  throw new ArgumentError(
    `Two classes of the label space are called ${
      JSON.stringify(twice)
    }, so that classes cannot be matched by name.`,
  );
}

function checkRename(
  rename: Readonly<Record<string, string | null>>,
  own: readonly string[],
  space: readonly string[],
  who: string,
): void {
  for (const [from, to] of Object.entries(rename)) {
    if (!own.includes(from)) {
      throw new ArgumentError(
        `${who}: what is to be renamed, ${near(from, own)}, is none of its ${own.length} classes.`,
      );
    }
    if (to === null || space.includes(to)) continue;
    throw new ArgumentError(
      `${who}: its class ${JSON.stringify(from)} is renamed to ${
        near(to, space)
      }, and the label space has no ` +
        `such class.`,
    );
  }
}

function unmatched(
  missing: readonly string[],
  own: readonly string[],
  space: readonly string[],
  who: string,
): ArgumentError {
  const [first] = missing;
  const shown = missing.slice(0, LISTED).map((name) => near(name, space)).join(", ");
  const more = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : "";
  return new ArgumentError(
    `${who}: ${missing.length} of its ${own.length} classes are not among the ${space.length} of the label space: ` +
      `${shown}${more}. Rename each, { ${JSON.stringify(first)}: ${
        JSON.stringify(nearest(first, space, 1)[0])
      } }, with null for one to leave out; or drop all others ("drop").`,
  );
}

/** Two classes that are one in the label space would have two logits there. */
function checkOnce(
  found: readonly (number | null)[],
  own: readonly string[],
  space: readonly string[],
  who: string,
): void {
  const twice = found.findIndex((number, i) => number !== null && found.indexOf(number) < i);
  if (twice < 0) return;
  const names = [found.indexOf(found[twice]), twice].map((i) => `${i} (${JSON.stringify(own[i])})`);
  throw new ArgumentError(
    `${who}: its classes ${names.join(" and ")} are both ${
      JSON.stringify(space[found[twice]!])
    } of the label space. Leave one of them out: rename it to null, or where both have one name give classes by number.`,
  );
}

/** A name with the one that may be meant. */
function near(name: string, names: readonly string[]): string {
  const [other] = nearest(name, names, 1);
  return `${JSON.stringify(name)} (nearest: ${JSON.stringify(other)})`;
}
