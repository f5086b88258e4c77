/**
 * Lists of images in text files: a path on each line, with a label or without, or a table with a header.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import { isImageName } from "./extensions.ts";
import { IMAGE_EXTENSIONS } from "./image_extensions.ts";
import { findColumn, parseTable } from "./table.ts";
import { linesOf, readText } from "./text_lines.ts";

/** An image of a list. */
export interface ListedImage {
  readonly path: string;
  /** The image's class, a number or a name, if the list says it. */
  readonly label?: string;
  /** Where the image is listed, for messages. */
  readonly place: string;
}

/** What is read of a list. */
export interface ListColumns {
  /** The column of paths in a list with a header; a usual name by default. */
  readonly pathColumn?: string;
  /** The column of labels in a list with a header; a usual name by default. */
  readonly labelColumn?: string;
  /** Whether labels are read; of a table without them, none need to be there. */
  readonly labels: boolean;
}

const PATH_COLUMNS = ["path", "image", "file", "filename", "filepath", "image_path"];
const LABEL_COLUMNS = ["label", "class", "target", "category", "class_name"];

/**
 * Reads a list; of a name that ends in `.csv` or `.tsv`, a table.
 *
 * @throws {FileError} If it cannot be read.
 * @throws {FormatError} If it lists nothing, or a line is not as it should be.
 * @throws {ArgumentError} If a table has no such column.
 */
export function readList(path: string, columns: ListColumns): ListedImage[] {
  const separator = /\.csv$/i.test(path) ? "," : /\.tsv$/i.test(path) ? "\t" : undefined;
  const text = readText(path);
  const listed = separator === undefined
    ? Array.from(linesOf(text), ([number, line]) => parseLine(line, `${path}, line ${number}`))
    : readTable(text, path, separator, columns);
  if (listed.length === 0) throw new FormatError(`${path} lists no images.`);
  return listed;
}

/** The folder that a list's paths start from: the one given, or that of the list. */
export function listRoot(path: string, root: string | undefined): string {
  return root ?? path.slice(0, path.lastIndexOf("/") + 1);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NAMED = new RegExp(
  `^(.*(?:${IMAGE_EXTENSIONS.map(RegExp.escape).join("|")}))[\\s,]+(.+)$`,
  "i",
);

/** `path number`, `path`, or `path.jpg name`; the path may have spaces. */
function parseLine(line: string, place: string): ListedImage {
  let at = line.length;
  while (at > 0 && !/[\s,]/.test(line[at - 1])) at--;
  if (at === 0) return { path: line, place };
  const path = line.slice(0, at).replace(/[\s,]{1,100}$/, "");
  if (NUMBER.test(line.slice(at)) && path !== "") return { path, label: line.slice(at), place };
  if (isImageName(line)) return { path: line, place };
  const named = NAMED.exec(line);
  if (named !== null) return { path: named[1], label: named[2], place };
  throw new FormatError(
    `${place}: expected a path and a label such as "Art/Bed/00001.jpg 3", or a path, found ${
      JSON.stringify(line.slice(0, 100))
    }.`,
  );
}

/** A table with a header. */
function readTable(
  text: string,
  name: string,
  separator: string,
  { pathColumn, labelColumn, labels }: ListColumns,
): ListedImage[] {
  const [header, ...rows] = parseTable(text, name, separator);
  if (header === undefined) throw new FormatError(`${name} is empty.`);
  const paths = findColumn(header.cells, pathColumn, PATH_COLUMNS, "pathColumn", name);
  const classes = labels
    ? findColumn(header.cells, labelColumn, LABEL_COLUMNS, "labelColumn", name)
    : undefined;
  return rows.map(({ line, cells }) => {
    const place = `${name}, line ${line}`;
    const path = cells[paths].trim();
    const label = classes === undefined ? undefined : cells[classes].trim();
    if (path === "" || label === "") throw new FormatError(`${place}: path or label is empty.`);
    return { path, label, place };
  });
}
