/**
 * Reading lists of images: lines of paths and labels, or tables.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../errors.ts";
import { isNumber, type LabelledPath, linesOf, readText } from "./class_names.ts";
import { hasEnding, IMAGE_EXTENSIONS } from "./folder_listing.ts";
import { FileSource } from "./image_source.ts";

/** How a list is read. */
export interface ListReading {
  /** Of a table: the column of paths. */
  readonly pathColumn?: string;
  /** Of a table: the column of labels. */
  readonly labelColumn?: string;
  /** Whether each image needs a label; else labels are passed over. */
  readonly labelled: boolean;
}

/** An image in a list; without labels, its label is empty. */
export type Listed = LabelledPath & { readonly path: string };

/** The images that a list names, in its order. */
export function readList(path: string, reading: ListReading): Listed[] {
  const separator = /\.csv$/i.test(path) ? "," : /\.tsv$/i.test(path) ? "\t" : undefined;
  const text = readText(path);
  const listed = separator === undefined
    ? readLines(text, path, reading.labelled)
    : readTable(text, path, separator, reading);
  if (listed.length === 0) throw new FormatError(`${path} lists no images.`);
  return listed;
}

/** The files of a list, whose paths start from `root` or from the folder that the list lies in. */
export function listedFiles(
  path: string,
  root: string | undefined,
  listed: readonly Listed[],
): FileSource {
  const folder = root ?? (path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "");
  return new FileSource(folder, listed.map((image) => image.path));
}

/** A path and a number on each line, or a path alone. */
function readLines(text: string, name: string, labelled: boolean): Listed[] {
  return Array.from(linesOf(text), ([number, line]) => {
    const place = `${name}, line ${number}`;
    const parts = /^\s*(.*\S)[\s,]+(\S+)\s*$/.exec(line);
    if (parts !== null && isNumber(parts[2])) return { path: parts[1], label: parts[2], place };
    const alone = line.trim();
    const isPath = hasEnding(alone, IMAGE_EXTENSIONS);
    if (isPath && !labelled) return { path: alone, label: "", place };
    throw new FormatError(
      `${place}: expected a path and a label such as "Art/Bed/00001.jpg 3", found ${
        JSON.stringify(line.slice(0, 100))
      }.${isPath ? " Lists of paths without labels are opened by data.images()." : ""}`,
    );
  });
}

/** A table with a header. */
function readTable(
  text: string,
  name: string,
  separator: string,
  { pathColumn, labelColumn, labelled }: ListReading,
): Listed[] {
  const [header, ...rows] = parseTable(text, name, separator);
  if (header === undefined) throw new FormatError(`${name} is empty.`);
  const paths = findColumn(
    header.cells,
    pathColumn,
    [
      ...["path", "image", "file", "filename", "filepath", "image_path"],
    ],
    "pathColumn",
    name,
  );
  const labels = !labelled ? undefined : findColumn(
    header.cells,
    labelColumn,
    [
      ...["label", "class", "target", "category", "class_name"],
    ],
    "labelColumn",
    name,
  );
  return rows.map(({ line, cells }) => {
    const place = `${name}, line ${line}`;
    if (cells.length !== header.cells.length) {
      throw new FormatError(
        `${place}: ${cells.length} cells, but the header has ${header.cells.length}.`,
      );
    }
    const path = cells[paths].trim();
    const label = labels === undefined ? "" : cells[labels].trim();
    if (path === "" || (labelled && label === "")) {
      throw new FormatError(`${place}: path or label is empty.`);
    }
    return { path, label, place };
  });
}

function findColumn(
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

interface Row {
  readonly line: number;
  readonly cells: string[];
}

/** Cells between separators and line ends; within quotes they may hold both, and "" for a quote. */
function parseTable(text: string, name: string, separator: string): Row[] {
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
    if (row.cells.length > 1 || row.cells[0].trim() !== "") rows.push(row);
  }
  return rows;
}
