/**
 * Label spaces: checking one, keeping some of its classes, making one of several.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { DatasetSource, LabelSpace } from "../label_space.ts";
import { listed } from "../listed.ts";

/** How many differences a message lists. */
const LISTED = 5;

/** What is called so has these classes. */
type NamedClasses = Pick<LabelSpace, "name" | "classNames">;

/** The label space of several data sets, and what is added to the labels of each. */
export interface SpaceOfSeveral {
  readonly space: LabelSpace;
  readonly offsets: readonly number[];
}

/**
 * A label space of checked parts, which cannot be changed any more.
 *
 * @throws {ArgumentError} If there is no class, or the sources do not cover the classes in order.
 */
export function labelSpace(
  name: string,
  classNames: readonly string[],
  sources: readonly DatasetSource[] = [{ name, classes: [0, classNames.length] }],
): LabelSpace {
  const classes = classNames.length;
  if (classes === 0) {
    throw new ArgumentError(`${name}: classNames is empty; give a name for every class.`);
  }
  let at = 0;
  for (const { classes: [from, to] } of sources) {
    if (from !== at || !(to > from)) at = NaN;
    else at = to;
  }
  if (at !== classes) {
    throw new ArgumentError(
      `${name}: the sources' classes ${
        sources.map(({ classes: [from, to] }) => `${from} to ${to}`).join(", ")
      } do not cover the ${classes} classes in order.`,
    );
  }
  return { name, classNames: Object.freeze([...classNames]), sources };
}

/**
 * Which of the sources a class comes from, as an index into them.
 *
 * @throws {ArgumentError} If there is no such class.
 */
export function sourceOf({ name, classNames, sources }: LabelSpace, label: number): number {
  const found = sources.findIndex(({ classes: [from, to] }) => label >= from && label < to);
  if (found >= 0 && Number.isInteger(label)) return found;
  throw new ArgumentError(`${name}: there is no class ${label}; there are ${classNames.length}.`);
}

/**
 * The labels of classes that are given by label or by name, ascending.
 *
 * @throws {ArgumentError} If none is given, or there is no such class.
 */
export function findClasses(
  { name, classNames }: LabelSpace,
  classes: readonly (number | string)[],
): number[] {
  if (classes.length === 0) {
    throw new ArgumentError(`${name}: no class was given; name at least one.`);
  }
  const found = classes.map((wanted) => {
    const label = typeof wanted === "string" ? classNames.indexOf(wanted) : wanted;
    if (Number.isInteger(label) && label >= 0 && label < classNames.length) return label;
    throw new ArgumentError(
      `${name}: there is no class ${JSON.stringify(wanted)}; the classes are ` +
        `${classNames.map((name, i) => `${i} (${name})`).join(", ")}.`,
    );
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

/** The label space of which only the classes `kept`, ascending, are left. */
export function keepClasses(space: LabelSpace, kept: readonly number[], name: string): LabelSpace {
  const sources: DatasetSource[] = [];
  let from = 0;
  space.sources.forEach((source, number) => {
    const to = from + kept.filter((label) => sourceOf(space, label) === number).length;
    if (to > from) sources.push({ name: source.name, classes: [from, to] });
    from = to;
  });
  return { name, classNames: kept.map((label) => space.classNames[label]), sources };
}

/**
 * One label space in which the second data set's classes come after the first's, and so on. A class whose name several
 * have gets its source's name before it.
 *
 * @throws {ArgumentError} If two sources have the same name.
 */
export function joinSpaces(
  spaces: readonly LabelSpace[],
  name = spaces.map(({ name }) => name).join(" + "),
): SpaceOfSeveral {
  const sources: DatasetSource[] = [];
  const offsets: number[] = [];
  const uses = new Map<string, number>();
  let offset = 0;
  for (const space of spaces) {
    for (const { name, classes: [from, to] } of space.sources) {
      if (sources.some((source) => source.name === name)) {
        throw new ArgumentError(
          `Two of the datasets to join are named "${name}"; give them different names, so that ` +
            `their classes can be told apart.`,
        );
      }
      sources.push({ name, classes: [offset + from, offset + to] });
    }
    for (const name of new Set(space.classNames)) uses.set(name, (uses.get(name) ?? 0) + 1);
    offsets.push(offset);
    offset += space.classNames.length;
  }
  const classNames = spaces.flatMap((space) =>
    space.classNames.map((name, label) =>
      uses.get(name)! > 1 ? `${space.sources[sourceOf(space, label)].name}: ${name}` : name
    )
  );
  return { space: { name, classNames, sources }, offsets };
}

/**
 * The label space that all data sets have. Sources of other names, but of the same classes, go together by place.
 *
 * @throws {ArgumentError} If class names differ; the message lists which.
 */
export function commonSpace(
  spaces: readonly LabelSpace[],
  name = together(spaces),
): SpaceOfSeveral {
  const [first, ...rest] = spaces;
  for (const space of rest) checkSameClasses(first, space);
  const ranges = spaces.map(({ sources }) => JSON.stringify(sources.map(({ classes }) => classes)));
  const sources = new Set(ranges).size > 1
    ? [{ name, classes: [0, first.classNames.length] as const }]
    : first.sources.map(({ classes }, i) => ({
      name: together(spaces.map(({ sources }) => sources[i])),
      classes,
    }));
  return {
    space: { name, classNames: first.classNames, sources },
    offsets: spaces.map(() => 0),
  };
}

/**
 * Checks that labels mean the same in two data sets.
 *
 * @param advice What to do if they do not.
 * @throws {ArgumentError} If not; the message lists which classes differ.
 */
export function checkSameClasses(
  first: NamedClasses,
  second: NamedClasses,
  advice =
    "Open both with the same classNames, keep what they share with ofClasses, or give each classes of its own " +
    "with joinDatasets.",
): void {
  const [a, b] = [first.classNames, second.classNames];
  const most = Math.max(a.length, b.length);
  const different: number[] = [];
  for (let label = 0; label < most; label++) if (a[label] !== b[label]) different.push(label);
  if (different.length === 0) return;
  const alone = (these: readonly string[], those: readonly string[], where: string): string[] => {
    const known = new Set(those);
    const names = [...new Set(these)].filter((name) => !known.has(name));
    return names.length === 0 ? [] : [`only ${where} has ${listed(names, LISTED)}`];
  };
  const missing = [...alone(a, b, first.name), ...alone(b, a, second.name)];
  const what = missing.length > 0 ? missing : different.slice(0, LISTED).map((label) => {
    const named = (names: readonly string[]) =>
      label < names.length ? JSON.stringify(names[label]) : "none";
    return `class ${label} is ${named(a)} in ${first.name}, but ${named(b)} in ${second.name}`;
  });
  throw new ArgumentError(
    `${first.name} and ${second.name} do not have the same classes in the same order: ` +
      `${what.join("; ")}. ${advice}`,
  );
}

/** The different names of several things as one. */
function together(named: readonly { readonly name: string }[]): string {
  return [...new Set(named.map(({ name }) => name))].join(" + ");
}
