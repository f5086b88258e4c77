/**
 * Tables of results: one structure, printed on a terminal here and as HTML by the report.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { fitText, formatCount, oneLine, textWidth } from "../base/text.ts";

/** How the numbers of a column are shown. Text stays as it is in every kind of column. */
export type ColumnKind =
  /** Words, aligned left. */
  | "text"
  /** Whole numbers: `102,410`. */
  | "count"
  /** Fractions of 1 as percentages: 0.931 is `93.1%`. */
  | "percent"
  /** Other numbers, with three digits after the point. */
  | "number";

/** A column of a {@linkcode Table}. */
export interface TableColumn {
  /** The heading. */
  title: string;
  /** How numbers in the column are shown (default `"text"`). */
  kind?: ColumnKind;
  /** Digits after the point, for `"percent"` (default 1) and `"number"` (default 3). */
  digits?: number;
}

/** What a cell holds; `null` is shown as a dash. */
export type TableCell = string | number | null;

/** A row of a {@linkcode Table}. */
export interface TableRow {
  /** One for each column. */
  cells: readonly TableCell[];
  /** Whether the row is the one to look at. */
  strong?: boolean;
}

/** A table of results. */
export interface Table {
  /** What the table shows. */
  title?: string;
  /** The columns, from the left. */
  columns: readonly TableColumn[];
  /** The rows, from the top. */
  rows: readonly (TableRow | readonly TableCell[])[];
  /** A remark under the table. */
  note?: string;
}

/** Options of {@linkcode formatTable} and {@linkcode printTable}. */
export interface TableFormat {
  /** The columns of text to keep within (default: no limit). */
  width?: number;
  /** Whether title, headings and strong rows are set in bold (default false). */
  bold?: boolean;
}

const GAP = "  ";
/** Columns of words may be made as narrow as their longest word, within these bounds. */
const NARROWEST = 10;
const LONGEST_WORD = 18;

/** A cell as it is shown: `formatCell(0.9312, { title: "Accuracy", kind: "percent" })` is `93.1%`. */
export function formatCell(cell: TableCell, column: TableColumn): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "string") return oneLine(cell);
  if (Number.isNaN(cell)) return "NaN";
  if (!Number.isFinite(cell)) return cell > 0 ? "∞" : "−∞";
  switch (column.kind) {
    case "percent":
      return (cell * 100).toFixed(column.digits ?? 1) + "%";
    case "number":
      return cell.toFixed(column.digits ?? 3);
    case "count":
      return formatCount(Math.round(cell));
    default:
      return String(cell);
  }
}

/** Rows in one form, checked to have a cell for each column. */
export function tableRows(table: Table): TableRow[] {
  return table.rows.map((row, index) => {
    const full: TableRow = "cells" in row ? row : { cells: row };
    if (full.cells.length !== table.columns.length) {
      throw new ArgumentError(
        `Table${table.title ? ` "${table.title}"` : ""}: row ${
          index + 1
        } has ${full.cells.length} ` +
          `cells and there are ${table.columns.length} columns; give one cell for each.`,
      );
    }
    return full;
  });
}

/**
 * A table as text. Numbers are aligned right; headings and words are wrapped to keep within the width;
 * what then still is too wide is split into several tables, each with the first column.
 *
 * @throws {ArgumentError} If a row has more or fewer cells than there are columns.
 */
export function formatTable(table: Table, format: TableFormat = {}): string {
  const limit = Math.max(20, format.width ?? Infinity);
  const bold = (text: string): string => format.bold ? `\x1b[1m${text}\x1b[22m` : text;
  const rows = tableRows(table);
  const texts = rows.map((row) => row.cells.map((cell, i) => formatCell(cell, table.columns[i])));
  const titles = table.columns.map((column) => oneLine(column.title));
  const right = table.columns.map((column) => (column.kind ?? "text") !== "text");

  const longest = (words: string[]): number => Math.max(0, ...words.map(textWidth));
  const widths = titles.map((title, i) => longest([title, ...texts.map((row) => row[i])]));
  const narrowest = titles.map((title, i) => {
    if (right[i]) return longest([...title.split(" "), ...texts.map((row) => row[i])]);
    const word = longest([title, ...texts.map((row) => row[i])].flatMap((text) => text.split(" ")));
    return Math.min(widths[i], Math.max(NARROWEST, Math.min(LONGEST_WORD, word)));
  });
  const blocks = layOut(widths, narrowest, limit);

  const lines: string[] = [];
  if (table.title) lines.push(...wrap(oneLine(table.title), limit).map(bold), "");
  blocks.forEach((block, at) => {
    if (at > 0) lines.push("");
    const line = (cells: string[][], strong: boolean): void => {
      const height = Math.max(1, ...block.map(({ column }) => cells[column].length));
      for (let k = 0; k < height; k++) {
        const parts = block.map(({ column, width }) => {
          const text = cells[column][k] ?? "";
          const space = " ".repeat(Math.max(0, width - textWidth(text)));
          return right[column] ? space + text : text + space;
        });
        const whole = parts.join(GAP).trimEnd();
        lines.push(strong ? bold(whole) : whole);
      }
    };
    const wrapped = (cells: string[]): string[][] => {
      const out: string[][] = cells.map(() => []);
      for (const { column, width } of block) out[column] = wrap(cells[column], width);
      return out;
    };
    line(sinkHeadings(wrapped(titles), block.map(({ column }) => column)), true);
    lines.push(block.map(({ width }) => "─".repeat(width)).join(GAP));
    texts.forEach((cells, i) => line(wrapped(cells), rows[i].strong ?? false));
  });
  if (table.note) lines.push("", ...wrap(oneLine(table.note), limit));
  return lines.join("\n");
}

/** Prints a table to standard output, fitted to the terminal and in bold where that is wanted. */
export function printTable(table: Table): void {
  const terminal = Deno.stdout.isTerminal();
  let width: number | undefined;
  try {
    if (terminal) width = Deno.consoleSize().columns || undefined;
  } catch {
    // The terminal does not tell its size: no limit then.
  }
  console.log(`${formatTable(table, { width, bold: terminal && !Deno.noColor })}\n`);
}

/** Which columns stand side by side, and how wide. Every block begins with the first column. */
function layOut(
  widths: number[],
  narrowest: number[],
  limit: number,
): { column: number; width: number }[][] {
  const total = (list: number[]): number =>
    list.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, list.length - 1);
  const blocks: { column: number; width: number }[][] = [];
  let rest = widths.map((_, column) => column).slice(1);
  do {
    const block = widths.length > 0 ? [0] : [];
    while (rest.length > 0) {
      const next = [...block, rest[0]];
      const fits = total(next.map((column) => narrowest[column])) <= limit;
      // A column too wide for any block still gets one, with the first column beside it.
      if (!fits && block.length > 1) break;
      block.push(rest[0]);
      rest = rest.slice(1);
      if (!fits) break;
    }
    const now = block.map((column) => widths[column]);
    // The widest that can shrink gives way, one column of text at a time.
    while (total(now) > limit) {
      let widest = -1;
      for (const [i, column] of block.entries()) {
        if (now[i] > narrowest[column] && (widest < 0 || now[i] > now[widest])) widest = i;
      }
      if (widest < 0) break;
      now[widest]--;
    }
    blocks.push(block.map((column, i) => ({ column, width: now[i] })));
  } while (rest.length > 0);
  return blocks;
}

/** Headings of fewer lines stand on the rule, not at the top. */
function sinkHeadings(cells: string[][], columns: number[]): string[][] {
  const height = Math.max(1, ...columns.map((column) => cells[column].length));
  return cells.map((lines) => [...Array(Math.max(0, height - lines.length)).fill(""), ...lines]);
}

/** Breaks text between words; a word that is too long is cut. */
function wrap(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) line = longer;
    else {
      if (line !== "") lines.push(line);
      line = fitText(word, width);
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}
