/**
 * What decides a result, as plain data: what a thing is made of, in words and numbers and fingerprints. Two things with
 * one spec give the same; where specs differ, {@linkcode differencesOf} says in what.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** Plain data: what JSON holds, NaN and the infinities included. An entry that is undefined counts as absent. */
export type Spec =
  | null
  | boolean
  | number
  | string
  | readonly Spec[]
  | { readonly [name: string]: Spec | undefined };

/** One thing in which two specs differ. */
export interface SpecDifference {
  /** Where: names with dots between them, `stages.distill.optimizer.lr`. */
  readonly path: string;
  /** What the first has there; undefined if nothing. */
  readonly before: Spec | undefined;
  /** What the second has there; undefined if nothing. */
  readonly now: Spec | undefined;
}

/** A spec as JSON that is the same for equal specs: entries in the order of their names. */
export function canonicalJson(spec: Spec): string {
  if (typeof spec === "number" && !Number.isFinite(spec)) return `{"number":"${spec}"}`;
  if (spec === null || typeof spec !== "object") return JSON.stringify(spec);
  if (isList(spec)) return `[${spec.map(canonicalJson).join(",")}]`;
  const entries = entriesOf(spec).map(([name, part]) =>
    `${JSON.stringify(name)}:${canonicalJson(part)}`
  );
  return `{${entries.join(",")}}`;
}

/**
 * Reads what {@linkcode canonicalJson} wrote.
 *
 * @throws {SyntaxError} if it is no JSON.
 */
export function parseSpec(text: string): Spec {
  return JSON.parse(text, (_, part) => {
    const number = part?.number;
    return typeof number === "string" && Object.keys(part).length === 1 ? Number(number) : part;
  });
}

/** A short text that stands for a spec: the first 16 hexadecimal digits of its JSON's SHA-256. */
export function fingerprint(spec: Spec): string {
  return createHash("sha256").update(canonicalJson(spec)).digest("hex").slice(0, 16);
}

/**
 * A number that is only known roughly, such as a mean over pixels that another processor rounds otherwise: two of these
 * count as equal if they are within a ten-thousandth.
 */
export function about(value: number): Spec {
  return { about: Number.isFinite(value) ? Number(value.toPrecision(7)) : value };
}

/** In what two specs differ, in the order of the names. */
export function differencesOf(before: Spec, now: Spec): SpecDifference[] {
  const found: SpecDifference[] = [];
  compare(before, now, "", found);
  return found;
}

/** A spec in a few words, for messages. */
export function specText(spec: Spec | undefined): string {
  if (spec === undefined) return "none";
  const rough = roughly(spec);
  const text = rough === undefined ? canonicalJson(spec) : `about ${Number(rough.toPrecision(4))}`;
  return text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}

function compare(
  before: Spec | undefined,
  now: Spec | undefined,
  path: string,
  found: SpecDifference[],
): void {
  if (equalLeaves(before, now)) return;
  if (isBranch(before) && isBranch(now) && isList(before) === isList(now)) {
    const [one, other] = [new Map(entriesOf(before)), new Map(entriesOf(now))];
    for (const name of new Set([...one.keys(), ...other.keys()])) {
      compare(one.get(name), other.get(name), path === "" ? name : `${path}.${name}`, found);
    }
    return;
  }
  found.push({ path, before, now });
}

function equalLeaves(a: Spec | undefined, b: Spec | undefined): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (a === undefined || b === undefined) return false;
  const [x, y] = [roughly(a), roughly(b)];
  if (x === undefined || y === undefined) return false;
  return Object.is(x, y) || Math.abs(x - y) <= 1e-4 * Math.max(Math.abs(x), Math.abs(y), 0.01);
}

function roughly(spec: Spec): number | undefined {
  if (!isBranch(spec) || isList(spec)) return undefined;
  return typeof spec.about === "number" && Object.keys(spec).length === 1 ? spec.about : undefined;
}

type Branch = Extract<Spec, object>;

/** Values that are compared entry by entry; a rough number is one value. */
function isBranch(spec: Spec | undefined): spec is Branch {
  return typeof spec === "object" && spec !== null;
}

function isList(spec: Spec): spec is readonly Spec[] {
  return Array.isArray(spec);
}

function entriesOf(spec: Branch): [string, Spec][] {
  if (isList(spec)) return spec.map((part, i) => [String(i), part]);
  return Object.entries(spec).filter((entry): entry is [string, Spec] => entry[1] !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1);
}
