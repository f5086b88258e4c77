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
    String.raw`[()[\]{},\n]|->|(?<![=!<>+\-*/%|&^@])=(?!=)`,
  ].join("|"),
  "g",
);

/** What is known of the statement so far. */
interface Statement {
  /** The statement's first name. */
  first?: string;
  /** The variable that it sets. */
  target?: string;
  /** Whether nothing is called in it. */
  isPlain: boolean;
  /** What all before it weighs. */
  readonly weight: number;
}

/** A bracket that is open, and what is in it. */
interface Level {
  /** Whether the level makes a tuple: by its word, or by a comma in round brackets that call nothing. */
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
function tupleWeight(text: string, weightOf: (name: string) => number): number {
  /** Variables that are tuples, or other names of some. */
  const variables = new Map<string, number>();
  let statement: Statement = { isPlain: true, weight: 0 };
  const levels: Level[] = [{ kind: "other", hasComma: false, weight: 0 }];
  let before = "";
  for (const { 0: token, groups } of text.matchAll(tokens)) {
    const top = levels[levels.length - 1];
    if (token[0] === "#") continue;
    if (groups?.name !== undefined) {
      const name = token.replaceAll(gaps, "");
      top.weight += variables.get(name) ?? weightOf(name);
      statement.first ??= name;
    } else if (groups?.text !== undefined) {
      // Types may be named by a text.
      for (const [name] of token.matchAll(/[\w.]+/g)) top.weight += weightOf(name);
    } else if (token === "\n") {
      if (levels.length > 1) continue;
      const { target, isPlain } = statement;
      if (target !== undefined) variables.set(target, isPlain ? top.weight - statement.weight : 0);
      statement = { isPlain: true, weight: top.weight };
      top.hasComma = false;
    } else if (token === "=") {
      if (levels.length === 1 && !top.hasComma) statement.target = statement.first;
    } else if (token === "->") {
      continue;
    } else if (token === ",") {
      top.hasComma = true;
    } else if ("([{".includes(token)) {
      const called = /[\w\x80-\xff)\]]$/.test(before) && !keywords.has(before);
      const kind = token === "[" && /^(?:.*\.)?tuple$/.test(before)
        ? "tuple"
        : token === "(" && !called
        ? "round"
        : "other";
      // What a call or an item gives is not what went in.
      if (kind === "other") statement.isPlain = false;
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
  /** Whether the definition lies in another one, as what is forked does: that says nothing of the method's result. */
  readonly isInner: boolean;
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
  for (const { text, isInner } of definitions) {
    if (text.startsWith("def") && !isInner && !saysResult(text)) {
      bad("a function in its code does not say what it returns, as those do that were exported");
    }
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

/** Whether a function says in its first line what it returns: libtorch finds it out otherwise, however large it is. */
function saysResult(text: string): boolean {
  let open = 0;
  for (const [token] of text.matchAll(tokens)) {
    if (token === "->" && open === 0) return true;
    if (token === "\n" && open === 0) return false;
    if ("([{".includes(token)) open++;
    else if (")]}".includes(token)) open--;
  }
  return false;
}
