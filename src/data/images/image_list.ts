/**
 * Images listed in a text file.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import { say } from "../../base/progress.ts";
import { readClassNames } from "./class_names.ts";
import type { ImageReadOptions } from "./read_options.ts";
import { ImageFiles } from "./image_files.ts";
import { FileSource } from "./file_source.ts";
import { type LabelledPath, resolveLabels } from "./labels.ts";
import { type ListedImage, listRoot, readList } from "./listed_images.ts";

/** Options of {@linkcode ImageList}. */
export interface ImageListOptions extends ImageReadOptions {
  /** The folder that paths in the list start from; the one that the list lies in by default. */
  root?: string;
  /**
   * The classes' names in the order of their numbers, or the path of a file with one name a line, such as the
   * `classNames` of the training set: a class without an image is an empty one, and a label that is none of them an
   * error. By default classes are named after the folders that their images lie in, if each has one of its own.
   */
  classNames?: readonly string[] | string;
  /** The column of paths in a list with a header; one named path, image, file or filename by default. */
  pathColumn?: string;
  /** The column of labels in a list with a header; one named label, class, target or category by default. */
  labelColumn?: string;
  /** What messages call it; the list's path by default. */
  name?: string;
  /** Told what became of labels that cannot be classes' numbers (default: a line on standard error). */
  onNotice?: (notice: string) => void;
}

/**
 * Images in the order of a list: `path label` on each line, as OfficeHome's and DomainNet's have it, or, if the file
 * ends in `.csv` or `.tsv`, a table with a header.
 *
 * Labels are numbers or names, not both. Numbers from 0 to 9,999,999 are the classes' numbers; `2.0`, as pandas writes
 * a column of numbers with gaps, is 2. If one of the numbers is negative, larger or no whole number, the different
 * numbers are names of classes, in the order of their size, and `onNotice` says so. Names are sorted.
 *
 * A list without labels is for `data.images`.
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
 * using art = new data.ImageList(`${root}/art.txt`, { part: { kind: "center", size: 32 } });
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
   * @throws {FormatError} If a line is not as it should be or has no label, a label has no class, or some labels are
   * numbers and others names.
   * @throws {ArgumentError} If an option is not usable.
   */
  constructor(path: string, options: ImageListOptions = {}) {
    const { root, classNames, pathColumn, labelColumn, name = path, onNotice = say, ...reading } =
      options;
    const listed = readList(path, { pathColumn, labelColumn, labels: true });
    const bare = listed.find(({ label }) => label === undefined);
    if (bare !== undefined) throw withoutLabel(path, listed, bare);
    const names = classNames === undefined ? undefined : readClassNames(classNames);
    const resolved = resolveLabels(listed as LabelledPath[], names, onNotice);
    const source = new FileSource(listRoot(path, root), listed.map((image) => image.path));
    super({ source, ...resolved, name }, reading);
  }
}

/** What a list's images are without labels: lines that say different things, or images to learn from as they are. */
function withoutLabel(
  path: string,
  listed: readonly ListedImage[],
  bare: ListedImage,
): FormatError {
  const labelled = listed.find(({ label }) => label !== undefined);
  return new FormatError(
    labelled === undefined
      ? `${path} lists no labels. Write one behind each path; for images without labels there is data.images(${
        JSON.stringify(path)
      }).`
      : `${bare.place}: there is no label behind ${JSON.stringify(bare.path)}, but ` +
        `${labelled.place} has the label ${labelled.label}.`,
  );
}
