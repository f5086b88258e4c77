/**
 * Tables in text files: cells between commas or tabs, the first row a header.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../base/errors.ts";

/** A row of a table. */
export interface Row {
  /** The number of its line, from 1. */
  readonly line: number;
  readonly cells: string[];
}

/**
 * Reads cells between separators and line ends; within quotes they may hold both, and "" for a quote.
 *
 * @throws {FormatError} If a quote is never closed, or a row has not as many cells as the first.
 */
export function parseTable(text: string, name: string, separator: string): Row[] {
  const rows: Row[] = [];
  let [at, line] = [0, 1];
  while (at < text.length) {
    const row: Row = { line, cells: [] };
    while (true) {
      let cell = "";
      if (text[at] === '"') {
        const start = line;
        for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
          if (at >= text.length) {
            throw new FormatError(`${name}, line ${start}: a quote is never closed.`);
          }
          if (text[at] === '"') at++;
          if (text[at] === "\n") line++;
          cell += text[at];
        }
        at++;
      }
      const begin = at;
      while (at < text.length && text[at] !== separator && text[at] !== "\n") at++;
      cell += text.slice(begin, at).replace(/\r$/, "");
      row.cells.push(cell);
      if (text[at] !== separator) break;
      at++;
    }
    at++;
    line++;
    if (row.cells.length === 1 && row.cells[0].trim() === "") continue;
    rows.push(row);
    const [header] = rows;
    if (row.cells.length !== header.cells.length) {
      throw new FormatError(
        `${name}, line ${row.line}: ${row.cells.length} cells, but the header has ${header.cells.length}.`,
      );
    }
  }
  return rows;
}

/**
 * Finds a column by its name, or by the usual ones.
 *
 * @param header The names of the columns.
 * @param wanted The name asked for; any of `usual` if left out.
 * @param usual Names in small letters, the likeliest first.
 * @param option The option that names the column, for the message.
 * @param name The table, for the message.
 * @throws {ArgumentError} If there is none.
 */
export function findColumn(
  header: readonly string[],
  wanted: string | undefined,
  usual: readonly string[],
  option: string,
  name: string,
): number {
  const names = header.map((cell) => cell.trim());
  const found = wanted === undefined
    ? usual.map((one) => names.findIndex((cell) => cell.toLowerCase() === one)).find((at) =>
      at >= 0
    )
    : names.indexOf(wanted);
  if (found === undefined || found < 0) {
    throw new ArgumentError(
      `${name} has the columns ${names.join(", ")}${
        wanted === undefined ? "" : `, and no ${JSON.stringify(wanted)}`
      }; name the one to use with the option ${option}.`,
    );
  }
  return found;
}
