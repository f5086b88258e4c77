/**
 * Reads libtorch's operator schemas, such as
 * `aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor`.
 *
 * @module
 */

import { VersionError } from "../base/errors.ts";

/** One argument of an operator. */
export interface Argument {
  /** libtorch's name, such as `keepdim`. */
  name: string;
  /** The frame's letter for its type; see `native/apprentice.h`. */
  kind: string;
  /** The default as the schema prints it; undefined if the argument must be given. */
  fallback?: string;
  /** Whether the argument stands behind the `*`: by name only. */
  keyword: boolean;
  /** The fixed length of a list such as `int[2]`, for which one number may stand. */
  length?: number;
}

/** One overload of an operator. */
export interface Schema {
  /** The full name, such as `aten::add.Tensor`. */
  name: string;
  /** The overload's arguments in order. */
  arguments: Argument[];
  /** The frame's letters of its results; `!` is an argument that is written to. */
  results: string[];
  /** The names of its results, where the schema gives some. */
  resultNames: string[];
}

/** Parses a schema; `kinds` is the frame's letters for it, as `ap_op_schema` gives them. */
export function parseSchema(text: string, kinds: string): Schema {
  const [argumentKinds, resultKinds] = kinds.split(">");
  const arrow = text.lastIndexOf(" -> ");
  const open = text.indexOf("(");
  const inside = text.slice(open + 1, text.lastIndexOf(")", arrow));
  const list: Argument[] = [];
  let keyword = false;
  for (const part of splitTop(inside)) {
    if (part === "*") {
      keyword = true;
      continue;
    }
    const match = /^(.+?) ([A-Za-z_]\w*)(?:=(.*))?$/s.exec(part);
    if (!match) throw new Error(`cannot read "${part}" in ${text}`);
    const [, type, name, fallback] = match;
    const fixed = /\[(\d+)\]/.exec(type);
    list.push({
      name,
      kind: argumentKinds[list.length],
      fallback,
      // The scalar forms of add and sub have alpha in order, the tensor forms by name: by name everywhere.
      keyword: keyword || name === "alpha" && list.at(-1)?.name === "other",
      length: fixed ? Number(fixed[1]) : undefined,
    });
  }
  const results = text.slice(arrow + 4).replace(/^\(|\)$/g, "");
  return {
    name: text.slice(0, open),
    arguments: list,
    results: [...resultKinds],
    resultNames: splitTop(results).map((part) => / (\w+)$/.exec(part)?.[1] ?? ""),
  };
}

/** Splits at the commas that stand in no bracket and no string. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    if (quoted) continue;
    if ("([".includes(c)) depth++;
    if (")]".includes(c)) depth--;
    if (c === "," && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last) parts.push(last);
  return parts;
}

/** The letters that go into the frame in the same way: symbolic whole numbers are whole numbers. */
function plain(kinds: string): string {
  return kinds.replace(/[NnXx]/g, (kind) => ({ N: "I", n: "i", X: "A", x: "a" })[kind]!);
}

/**
 * Checks that an operator can be called as the generated code calls it. Arguments that a newer libtorch
 * has added at the end, with defaults, do no harm.
 *
 * @param name The operator.
 * @param kinds The letters that the code was generated for.
 * @param found What `ap_op_schema` says of the loaded libtorch's operator; undefined if it has none.
 * @throws {VersionError} if the two do not fit together.
 */
export function checkSignature(name: string, kinds: string, found: string | undefined): void {
  const remedy =
    "Use another version of libtorch: set LIBTORCH to its folder and run set-up again.";
  if (found === undefined) {
    throw new VersionError(`The loaded libtorch has no operator ${name}. ${remedy}`);
  }
  const [text, foundKinds] = found.split("\n");
  if (plain(foundKinds) === plain(kinds)) return;
  const [wanted, wantedResults] = plain(kinds).split(">");
  const [given, givenResults] = plain(foundKinds).split(">");
  const added = parseSchema(text, foundKinds).arguments.slice(wanted.length);
  if (
    given.startsWith(wanted) && givenResults === wantedResults &&
    added.every((argument) => argument.fallback !== undefined)
  ) return;
  throw new VersionError(
    `The loaded libtorch's operator ${text} is not the one that this package calls (${kinds} expected, ` +
      `${foundKinds} found). ${remedy}`,
  );
}
