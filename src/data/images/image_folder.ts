/**
 * Images in folders that are named after their classes.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../errors.ts";
import type { ImageReadOptions } from "./decoded_images.ts";
import {
  byCodePoints,
  hasEnding,
  IMAGE_EXTENSIONS,
  imagesBelow,
  LeftOut,
  listFolder,
} from "./folder_listing.ts";
import { ImageFiles } from "./image_files.ts";
import { FileSource } from "./image_source.ts";

/** Options of {@linkcode ImageFolder}. */
export interface ImageFolderOptions extends ImageReadOptions {
  /**
   * The classes in the order of their numbers, such as `classNames` of the training images, so that a class without a
   * folder here shifts no other's number. By default the folders' names, sorted.
   */
  classNames?: readonly string[];
  /** The endings of the files to take, with their dot; those of {@linkcode IMAGE_EXTENSIONS} by default. */
  extensions?: readonly string[];
  /** Takes folders without any image as classes too; false by default, which is an error. */
  allowEmpty?: boolean;
  /** What messages call it; the folder's path by default. */
  name?: string;
}

/**
 * A folder that holds one folder for each class, with the class's images in it or in folders below. Classes are
 * numbered in the order of their names and images in that of their paths, as by torchvision's `ImageFolder`. A warning
 * counts the files that are no images. Images without classes are what {@linkcode images} opens.
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
   * @throws {FormatError} If there is no folder in it, or one without images.
   * @throws {ArgumentError} If an option is not usable.
   */
  constructor(root: string, options: ImageFolderOptions = {}) {
    const { extensions = IMAGE_EXTENSIONS, allowEmpty = false, name = root, ...rest } = options;
    const { classNames: given, ...reading } = rest;
    const { folders, files } = listFolder(root);
    if (folders.length === 0) {
      const flat = files.some((file) => hasEnding(file, extensions));
      throw new FormatError(
        `${root} has no folders in it; there has to be one for each class, with its images inside.${
          flat ? ` Its images without labels are data.images(${JSON.stringify(root)}).` : ""
        }`,
      );
    }
    const classNames = given ?? folders.sort(byCodePoints);
    checkClasses(root, folders, classNames);
    const there = new Set(folders);
    const leftOut = new LeftOut();
    for (const file of files) leftOut.add(file);
    const paths: string[] = [];
    const labels: number[] = [];
    const empty: string[] = [];
    classNames.forEach((className, label) => {
      if (!there.has(className)) return;
      const found = imagesBelow(root, className, extensions, leftOut);
      for (const path of found) {
        paths.push(path);
        labels.push(label);
      }
      if (found.length === 0) empty.push(className);
    });
    if (paths.length === 0 || (empty.length > 0 && !allowEmpty)) {
      throw new FormatError(
        `${root}: there are no images (${extensions.join(", ")}) of ${
          paths.length === 0 ? "any class" : empty.join(", ")
        }. Remove those folders, or give allowEmpty: true.`,
      );
    }
    leftOut.warn(name);
    super({ source: new FileSource(root, paths), labels, classNames, name }, reading);
    this.root = root;
  }
}

/** Class names that were given have to name every folder, each once. */
function checkClasses(
  root: string,
  folders: readonly string[],
  classNames: readonly string[],
): void {
  const names = new Set(classNames);
  if (names.size < classNames.length) {
    const twice = classNames.find((name, i) => classNames.indexOf(name) < i);
    throw new ArgumentError(`classNames has ${JSON.stringify(twice)} more than once.`);
  }
  const extra = folders.filter((folder) => !names.has(folder));
  if (extra.length === 0) return;
  throw new FormatError(
    `${root} has folders that are not among the ${classNames.length} class names given: ${
      extra.slice(0, 10).join(", ")
    }${extra.length > 10 ? ", ..." : ""}. Move them away, or add them to classNames.`,
  );
}
