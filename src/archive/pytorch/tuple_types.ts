/**
 * How large the tuple types in TorchScript code are when they are written out. libtorch compares tuples by what is in
 * them, twice for each that lies in another: a dozen named tuples that each hold the next twice take it a minute.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";

/** Models have some hundreds; libtorch needs less than a second for as many. */
const mostWeight = 2 ** 22;

/** Named tuples that lie in each other; models have one or two. */
const mostDepth = 100;

/** What may lie between the parts of a name: the lines of an expression go on in brackets, with comments. */
export const between = String.raw`(?:\s|#[^\n]*\n)*`;
const gaps = new RegExp(between, "g");

/** Strings, comments that are none of types, dotted names, and signs. A string's end is missing where its line ends. */
const tokens = new RegExp(
  [
    String.raw`(?<text>'''(?:\\[^]|[^\\])*?(?:'''|$)|"""(?:\\[^]|[^\\])*?(?:"""|$)` +
    String.raw`|'(?:\\[^]|[^'\\\n])*'?|"(?:\\[^]|[^"\\\n])*"?)`,
    String.raw`#(?! type:)[^\n]*`,
    String.raw`(?<name>[\w\x80-\xff]+(?:${between}\.${between}\w+)*)`,
    String.raw`[()[\]{},]`,
  ].join("|"),
  "g",
);

/** A bracket that is open, and what is in it. */
interface Level {
  /** Whether it makes a tuple: by its word, or by a comma in round brackets that call nothing. */
  kind: "tuple" | "round" | "other";
  hasComma: boolean;
  weight: number;
}

/**
 * What the tuples in a text weigh, types as well as values: twice what is in them, and one.
 *
 * @param text Code in lower case.
 * @param weightOf What a name weighs: 0 if it is no named tuple's.
 */
export function tupleWeight(text: string, weightOf: (name: string) => number): number {
  const levels: Level[] = [{ kind: "other", hasComma: false, weight: 0 }];
  let before = "";
  for (const { 0: token, groups } of text.matchAll(tokens)) {
    const top = levels[levels.length - 1];
    if (token[0] === "#") continue;
    if (groups?.name !== undefined) {
      top.weight += weightOf(token.replaceAll(gaps, ""));
    } else if (groups?.text !== undefined) {
      // Types may be named by a text.
      for (const [name] of token.matchAll(/[\w.]+/g)) top.weight += weightOf(name);
    } else if (token === ",") {
      top.hasComma = true;
    } else if ("([{".includes(token)) {
      const called = /[\w\x80-\xff)\]]$/.test(before) && !keywords.has(before);
      const kind = token === "[" && /^(?:.*\.)?tuple$/.test(before)
        ? "tuple"
        : token === "(" && !called
        ? "round"
        : "other";
      levels.push({ kind, hasComma: false, weight: 0 });
    } else if (levels.length > 1) {
      close(levels);
    }
    before = token;
  }
  while (levels.length > 1) close(levels);
  return levels[0].weight;
}

/** Words that brackets may follow without being called. */
const keywords = new Set([
  "return",
  "in",
  "if",
  "else",
  "and",
  "or",
  "not",
  "is",
  "while",
  "assert",
]);

function close(levels: Level[]): void {
  const { kind, hasComma, weight } = levels.pop()!;
  const isTuple = kind === "tuple" || (kind === "round" && hasComma);
  levels[levels.length - 1].weight += isTuple ? 2 * weight + 1 : weight;
}

/** A definition's code in lower case, by its name. */
export interface DefinitionText {
  readonly name: string;
  readonly text: string;
}

/** Refuses code whose tuple types are larger, all together, than those of any program. */
export function checkTuples(definitions: readonly DefinitionText[], bad: Bad): void {
  const named = new Map<string, string[]>();
  for (const { name, text } of definitions) {
    if (isNamedTuple(text)) named.set(name, [...named.get(name) ?? [], text]);
  }
  const known = new Map<string, number>();
  const weightOf = (name: string, depth = 0): number => {
    const texts = named.get(name);
    if (texts === undefined) return 0;
    const before = known.get(name);
    if (before !== undefined) return before;
    if (depth > mostDepth) tooLarge(bad);
    // One that is in itself has no size; libtorch refuses it.
    known.set(name, 1);
    let weight = 1;
    for (const text of texts) {
      weight += 2 * tupleWeight(text, (other) => weightOf(other, depth + 1));
    }
    known.set(name, weight);
    return weight;
  };
  let sum = 0;
  for (const { text } of definitions) {
    sum += tupleWeight(text, weightOf);
    if (sum > mostWeight) tooLarge(bad);
  }
}

/** Refuses the text of one type with tuples that are too large. */
export function checkTupleType(text: string, bad: Bad): void {
  if (tupleWeight(text.toLowerCase(), () => 0) > mostWeight) tooLarge(bad);
}

function tooLarge(bad: Bad): void {
  bad(
    "its code has tuples within tuples that are larger than those of any program that was exported",
  );
}

function isNamedTuple(text: string): boolean {
  const first: string[] = [];
  for (const [token] of text.matchAll(tokens)) {
    if (token[0] !== "#") first.push(token);
    if (first.length > 3) break;
  }
  return first[0] === "class" && first[2] === "(" && first[3] === "namedtuple";
}
