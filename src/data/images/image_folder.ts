/**
 * Images in folders that are named after their classes.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import { say } from "../../base/progress.ts";
import { readClassNames } from "./class_names.ts";
import type { ImageReadOptions } from "./read_options.ts";
import { plainExtensions } from "./extensions.ts";
import { IMAGE_EXTENSIONS } from "./image_extensions.ts";
import { FolderScan } from "./folder_scan.ts";
import { ImageFiles } from "./image_files.ts";
import { FileSource } from "./file_source.ts";

/** Options of {@linkcode ImageFolder}. */
export interface ImageFolderOptions extends ImageReadOptions {
  /**
   * The classes' names in the order of their numbers, or the path of a file with one name a line, such as the
   * `classNames` of the training set: then numbers mean the same in both. A class that has no folder is an empty one;
   * a folder that is none of them is an error. By default, the folders' names, sorted.
   */
  classNames?: readonly string[] | string;
  /** The endings of the files to take, such as ".jpg"; {@linkcode IMAGE_EXTENSIONS} by default. */
  extensions?: readonly string[];
  /** Takes folders without any image as classes too; false by default, which is an error. */
  allowEmpty?: boolean;
  /** What messages call it; the folder's path by default. */
  name?: string;
  /** Told once which files are left out, counted by their ending (default: a line on standard error). */
  onNotice?: (notice: string) => void;
}

/**
 * A folder that holds one folder for each class, with the class's images in it or in folders below. Classes are
 * numbered in the order of their names and images in that of their paths, as by torchvision's `ImageFolder`.
 *
 * A validation set whose folders lack a class would number all later ones otherwise than the training set does: give
 * it the training set's `classNames`.
 *
 * Images without labels, in a flat folder or in folders of any depth, are for `data.images`.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 * import sharp from "npm:sharp@^0.34.5";
 *
 * const root = await Deno.makeTempDir();
 * for (const name of ["night", "snow"]) {
 *   await Deno.mkdir(`${root}/${name}`);
 *   const background = name === "snow" ? "white" : "black";
 *   const picture = sharp({ create: { width: 60, height: 40, channels: 3, background } });
 *   await Deno.writeFile(`${root}/${name}/1.jpg`, await picture.jpeg().toBuffer());
 * }
 *
 * using photos = new data.ImageFolder(root, {
 *   part: { kind: "random", size: 32 }, // another part of each image in every epoch
 *   onError: "skip",
 *   workers: 1,
 * });
 * console.log(photos.classNames, photos.length); // ["night", "snow"] 2
 * const loader = new data.Loader(photos, { batchSize: 2, shuffle: true });
 * for await (using batch of loader.epoch(0)) console.log(batch.images.shape); // [2, 3, 32, 32]
 *
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export class ImageFolder extends ImageFiles {
  /** The folder. */
  readonly root: string;

  /**
   * Lists the folder's files; none is opened.
   *
   * @param root The folder.
   * @param options Which part of each image is wanted, threads, what to do with damaged files.
   * @throws {FileError} If the folder is not there or cannot be read.
   * @throws {FormatError} If there is no folder in it, or one without images, or one that is none of `classNames`.
   * @throws {ArgumentError} If an option is not usable.
   * @throws {Deno.errors.NotCapable} If reading it was not permitted.
   */
  constructor(root: string, options: ImageFolderOptions = {}) {
    const { extensions = IMAGE_EXTENSIONS, allowEmpty = false, name = root, ...more } = options;
    const { classNames: given, onNotice = say, ...reading } = more;
    const endings = plainExtensions(extensions);
    const scan = new FolderScan(root, endings, true);
    const loose = scan.top();
    if (scan.folders.length === 0) throw withoutFolders(root, loose.length);
    const classNames = given === undefined ? scan.folders : readClassNames(given);
    const numbers = numbersOf(root, scan.folders, classNames);
    const paths: string[] = [];
    const labels: number[] = [];
    const empty: string[] = [];
    for (const folder of scan.folders) {
      const images = scan.below(folder);
      if (images.length === 0) empty.push(folder);
      for (const path of images) {
        paths.push(path);
        labels.push(numbers.get(folder)!);
      }
    }
    if (paths.length === 0 || (empty.length > 0 && !allowEmpty && given === undefined)) {
      throw new FormatError(
        `${root}: there are no images (${endings.join(", ")}) of ${
          paths.length === 0 ? "any class" : empty.join(", ")
        }. Remove those folders, or give allowEmpty: true.`,
      );
    }
    for (const _ of loose) scan.leaveOut("beside the classes' folders");
    const notice = scan.notice();
    if (notice !== undefined) onNotice(notice);
    super({ source: new FileSource(root, paths), labels, classNames, name }, reading);
    this.root = root;
  }
}

function withoutFolders(root: string, images: number): FormatError {
  return new FormatError(
    `${root} has no folders in it; there has to be one for each class, with its images inside.${
      images === 0
        ? ""
        : ` For the ${images} images in it, without labels, there is data.images(${
          JSON.stringify(root)
        }).`
    }`,
  );
}

/** The classes' numbers by their names, of which each folder has to be one. */
function numbersOf(
  root: string,
  folders: readonly string[],
  classNames: readonly string[],
): Map<string, number> {
  const numbers = new Map(classNames.map((name, number) => [name, number]));
  const extra = folders.filter((folder) => !numbers.has(folder));
  if (extra.length > 0) {
    const [is, them] = extra.length === 1 ? ["is a folder", "it"] : ["are folders", "them"];
    throw new FormatError(
      `${root}: ${extra.map((folder) => JSON.stringify(folder)).join(", ")} ${is} of no class; ` +
        `the classes given are ${classNames.join(", ")}. Move ${them} elsewhere, or add to ` +
        `classNames.`,
    );
  }
  const twice = numbers.size === classNames.length
    ? undefined
    : classNames.find((name, number) => numbers.get(name) !== number);
  if (twice === undefined) return numbers;
  throw new FormatError(
    `${root}: classNames has ${JSON.stringify(twice)} more than once, so that its number is not ` +
      `known.`,
  );
}
