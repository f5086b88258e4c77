/**
 * Images listed in a text file.
 *
 * @module
 */

import { readClassNames, resolveLabels } from "./class_names.ts";
import type { ImageReadOptions } from "./decoded_images.ts";
import { ImageFiles } from "./image_files.ts";
import { listedFiles, readList } from "./list_reading.ts";

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
    const listed = readList(path, { pathColumn, labelColumn, labelled: true });
    const names = classNames === undefined ? undefined : readClassNames(classNames);
    const resolved = resolveLabels(listed, names);
    const source = listedFiles(path, root, listed);
    super({ source, ...resolved, name }, reading);
  }
}
