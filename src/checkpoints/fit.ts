/**
 * Whether named tensors fit a model, and if not, why, in a few lines.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";

/** Shapes by name. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** Where two sets of named shapes differ. */
export interface Difference {
  /** Names that the model has and the file lacks. */
  readonly missing: string[];
  /** Names that the file has and the model lacks. */
  readonly unexpected: string[];
  /** Names that both have, with other shapes. */
  readonly misshaped: string[];
}

/** Compares a model's shapes with those of published weights. */
export function compare(own: Shapes, given: Shapes): Difference {
  const missing: string[] = [];
  const misshaped: string[] = [];
  for (const [name, shape] of own) {
    const other = given.get(name);
    if (other === undefined) missing.push(name);
    else if (!sameShape(shape, other)) misshaped.push(name);
  }
  return { missing, misshaped, unexpected: [...given.keys()].filter((name) => !own.has(name)) };
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Counters of BatchNorm, which files from before PyTorch 0.4.1 lack and only its moving average without momentum needs. */
export function isCounter(name: string): boolean {
  return /(^|\.)num_batches_tracked$/.test(name);
}

/** What {@linkcode mismatch} tells of. */
export interface Mismatch {
  /** The file or folder. */
  readonly path: string;
  /** The model's class. */
  readonly model: string;
  /** The beginning of the names in the file that was taken for the model's. */
  readonly prefix: string;
  /** The model's shapes. */
  readonly own: Shapes;
  /** The file's, by the model's names. */
  readonly given: Shapes;
  /** Where the two differ; only what counts as a problem. */
  readonly difference: Difference;
  /** How the names of the head's parameters begin; empty if that is not known. */
  readonly headPrefixes: readonly string[];
  /** Tensors of the file that cannot be read, by the file's names, with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** What to do where only the head does not fit, if not to leave the model's own. */
  readonly headAdvice?: string;
}

/** The error for published weights that do not fit. */
export function mismatch(about: Mismatch): ArgumentError | ShapeError {
  const { path, model, prefix, own, given, headPrefixes } = about;
  const { missing, unexpected, misshaped } = about.difference;
  const lines = [
    `${path} does not fit this ${model}; nothing was loaded.` +
    (prefix === "" ? "" : ` Its tensors under "${prefix}" were looked at.`),
  ];
  if (missing.length > 0) lines.push(`  ${missing.length} missing: ${grouped(missing)}`);
  const unread = missing.filter((name) => about.skipped.has(prefix + name));
  if (unread.length > 0) {
    const name = prefix + unread[0];
    lines.push(
      `  ${unread.length} of them cannot be read: ${name} ${about.skipped.get(name)}`,
    );
  }
  if (unexpected.length > 0) {
    lines.push(`  ${unexpected.length} unexpected: ${grouped(unexpected)}`);
  }
  if (misshaped.length > 0) {
    const shown = misshaped.slice(0, mostShown).map((name) =>
      `${name} is [${given.get(name)!.join(", ")}], must be [${own.get(name)!.join(", ")}]`
    );
    const rest = misshaped.length - shown.length;
    if (rest > 0) shown.push(`… ${rest} more`);
    lines.push(`  ${misshaped.length} of another shape: ${shown.join("; ")}`);
  }
  const names = missing.length + unexpected.length > 0;
  const all = [...missing, ...unexpected, ...misshaped];
  if (headPrefixes.length > 0 && all.every((name) => isUnder(name, headPrefixes))) {
    const heads = headPrefixes.map((head) => `${head}*`).join(", ");
    lines.push(
      `Only the head (${heads}) does not fit: ${
        about.headAdvice ?? 'pass { head: "fresh" } to leave the model\'s own and load the rest'
      }.`,
    );
  } else {
    lines.push(
      "Load it into the model it was saved from" +
        (names ? ", or pass { strict: false } to pass over what is missing and unexpected." : "."),
    );
  }
  return new (names ? ArgumentError : ShapeError)(lines.join("\n"));
}

/** Whether a name begins with one of `prefixes`, or is one. */
export function isUnder(name: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix) || `${name}.` === prefix);
}

const mostShown = 6;

/** Names in few words: those that begin alike are counted together. */
export function grouped(names: readonly string[]): string {
  const groups = new Map<string, string[]>();
  const common = commonParts(names);
  for (const name of names) {
    const head = name.split(".").slice(0, common + 1).join(".");
    const group = groups.get(head);
    if (group === undefined) groups.set(head, [name]);
    else group.push(name);
  }
  const shown = [...groups.values()].slice(0, mostShown).map((group) =>
    group.length === 1
      ? group[0]
      : `${group[0].split(".").slice(0, commonParts(group)).join(".")}.* (${group.length} keys)`
  );
  const rest = [...groups.values()].slice(mostShown).reduce((sum, group) => sum + group.length, 0);
  return shown.join(", ") + (rest > 0 ? `, … ${rest} more` : "");
}

/** How many dotted parts all names begin with, the last of each left out. */
function commonParts(names: readonly string[]): number {
  const [first, ...others] = names.map((name) => name.split(".").slice(0, -1));
  let count = first.length;
  for (const other of others) {
    let i = 0;
    while (i < count && i < other.length && other[i] === first[i]) i++;
    count = i;
  }
  return count;
}
