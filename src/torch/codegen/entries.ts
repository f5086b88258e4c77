/**
 * Reads the curated lists, and the schemas of what they name from the libtorch that is loaded.
 *
 * @module
 */

import { check, context, native, readText } from "../../../ffi/native.ts";
import { findOperator } from "../core.ts";
import { parseSchema, type Schema } from "../schema.ts";

/** One line of a curated list, with the schemas of its overloads. */
export interface Entry {
  /** libtorch's name, without overload: `add_`. */
  base: string;
  /** The name in TypeScript. */
  name: string;
  /** What the operator does. */
  doc: string;
  /** The overloads that one method or function stands for. */
  overloads: Schema[];
}

/** A name of libtorch's as TypeScript writes it: `_foreach_add_` is `foreachAdd_`. */
export function camel(name: string): string {
  return name.replace(/^_+/, "").replace(
    /_+(?=\w)([a-z0-9])/g,
    (_, letter: string) => letter.toUpperCase(),
  );
}

/** Reads a curated list. */
export function readEntries(list: string): Entry[] {
  const lines = list.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const entries = lines.map(readEntry);
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (seen.has(name)) throw new Error(`"${name}" is in the list twice`);
    seen.add(name);
  }
  for (const entry of entries) {
    if (entry.doc === "") entry.doc = inPlaceDoc(entry, entries);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readEntry(line: string): Entry {
  const [names, given, doc, results] = line.split("|").map((part) => part.trim());
  const [base, name] = names.split(":");
  const wanted = given ? given.split(",").map((o) => o.trim()) : ["", "Tensor", "Scalar"];
  const overloads = wanted.map((o) => schemaOf(`aten::${base}${o ? `.${o}` : ""}`))
    .filter((schema) => schema !== undefined);
  if (overloads.length === 0 || (given && overloads.length !== wanted.length)) {
    throw new Error(`libtorch lacks an overload of "${line}"`);
  }
  const resultNames = results?.split(",").map((part) => part.trim());
  for (const schema of overloads) {
    if (resultNames && resultNames.length === schema.results.length) {
      schema.resultNames = resultNames;
    }
  }
  return { base, name: name ?? camel(base), doc: doc ?? "", overloads };
}

function inPlaceDoc(entry: Entry, entries: readonly Entry[]): string {
  const other = entries.find((e) => `${e.base}_` === entry.base);
  if (other === undefined) throw new Error(`"${entry.base}" needs words of its own`);
  return `The in-place form of \`${other.name}\`.`;
}

/** The schema of an operator by its full name; undefined if libtorch has none. */
export function schemaOf(name: string): Schema | undefined {
  let id: number;
  try {
    id = findOperator(name);
  } catch {
    return undefined;
  }
  const [text, kinds] = readText(check(native.ap_op_schema(context, id))).split("\n");
  return parseSchema(text, kinds);
}
