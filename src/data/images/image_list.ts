/**
 * Images listed in a text file.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../errors.ts";
import {
  type LabelledPath,
  linesOf,
  readClassNames,
  readText,
  resolveLabels,
} from "./class_names.ts";
import type { ImageReadOptions } from "./decoded_images.ts";
import { ImageFiles } from "./image_files.ts";
import { FileSource } from "./image_source.ts";

/** Options of {@linkcode ImageList}. */
export interface ImageListOptions extends ImageReadOptions {
  /** The folder that paths in the list start from; the one that the list lies in by default. */
  root?: string;
  /**
   * The classes' names in the order of their numbers, or the path of a file with one name a line. By
   * default classes are named after the folders that their images lie in, if each has one of its own.
   */
  classNames?: readonly string[] | string;
  /** Of a list with a header: the column of paths; one named path, image, file or filename by default. */
  pathColumn?: string;
  /** Of a list with a header: the column of labels; one named label, class, target or category by default. */
  labelColumn?: string;
  /** What messages call it; the list's path by default. */
  name?: string;
}

/**
 * Images in the order of a list: `path label` on each line, as OfficeHome's and DomainNet's have it, or, if the file
 * ends in `.csv` or `.tsv`, a table with a header. Labels are numbers, or in a table also names.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 * import sharp from "npm:sharp@^0.34.5";
 *
 * const root = await Deno.makeTempDir();
 * const picture = sharp({ create: { width: 40, height: 40, channels: 3, background: "green" } });
 * await Deno.mkdir(`${root}/Art/Bed`, { recursive: true });
 * await Deno.writeFile(`${root}/Art/Bed/00001.jpg`, await picture.jpeg().toBuffer());
 * await Deno.writeTextFile(`${root}/art.txt`, "Art/Bed/00001.jpg 0\n");
 *
 * using art = new data.ImageList(`${root}/art.txt`, { part: { kind: "centre", size: 32 } });
 * console.log(art.classNames); // ["Bed"]
 * using student = art.unlabelled(); // the same images, and no way to a label
 * console.log(student.length); // 1
 *
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export class ImageList extends ImageFiles {
  /**
   * Reads the list; no image is opened.
   *
   * @param path The list.
   * @param options Where the images and the class names are, which part of each image is wanted.
   * @throws {FileError} If the list or the file of class names cannot be read.
   * @throws {FormatError} If a line is not as it should be, or a label has no class.
   * @throws {ArgumentError} If an option is not usable.
   */
  constructor(path: string, options: ImageListOptions = {}) {
    const { root, classNames, pathColumn, labelColumn, name = path, ...reading } = options;
    const separator = /\.csv$/i.test(path) ? "," : /\.tsv$/i.test(path) ? "\t" : undefined;
    const text = readText(path);
    const listed = separator === undefined
      ? readLines(text, path)
      : readTable(text, path, separator, pathColumn, labelColumn);
    if (listed.length === 0) throw new FormatError(`${path} lists no images.`);
    const names = classNames === undefined ? undefined : readClassNames(classNames);
    const resolved = resolveLabels(listed, names);
    const folder = root ?? (path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "");
    const source = new FileSource(folder, listed.map((image) => image.path));
    super({ source, ...resolved, name }, reading);
  }
}

type Listed = LabelledPath & { readonly path: string };

/** A path and a number on each line. */
function readLines(text: string, name: string): Listed[] {
  return Array.from(linesOf(text), ([number, line]) => {
    const place = `${name}, line ${number}`;
    const parts = /^\s*(.*\S)[\s,]+(\d+)\s*$/.exec(line);
    if (parts === null) {
      throw new FormatError(
        `${place}: expected a path and a label such as "Art/Bed/00001.jpg 3", found ${
          JSON.stringify(line.slice(0, 100))
        }.`,
      );
    }
    return { path: parts[1], label: parts[2], place };
  });
}

/** A table with a header. */
function readTable(
  text: string,
  name: string,
  separator: string,
  pathColumn: string | undefined,
  labelColumn: string | undefined,
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
  const labels = findColumn(
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
    const [path, label] = [cells[paths].trim(), cells[labels].trim()];
    if (path === "" || label === "") throw new FormatError(`${place}: path or label is empty.`);
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
