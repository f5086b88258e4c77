/**
 * Images in folders that are named after their classes.
 *
 * @module
 */

import { FileError, FormatError } from "../../errors.ts";
import type { ImageReadOptions } from "./decoded_images.ts";
import { ImageFiles } from "./image_files.ts";
import { FileSource } from "./image_source.ts";

/** The endings of the files that can be decoded. */
export const IMAGE_EXTENSIONS: readonly string[] = Object.freeze([
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
  ".gif",
  ".tif",
  ".tiff",
  ".avif",
]);

/** Options of {@linkcode ImageFolder}. */
export interface ImageFolderOptions extends ImageReadOptions {
  /** The endings of the files to take, in small letters, with their dot. */
  extensions?: readonly string[];
  /** Takes folders without any image as classes too; false by default, which is an error. */
  allowEmpty?: boolean;
  /** What messages call it; the folder's path by default. */
  name?: string;
}

/**
 * A folder that holds one folder for each class, with the class's images in it or in folders below. Classes are
 * numbered in the order of their names and images in that of their paths, as by torchvision's `ImageFolder`.
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
    const { extensions = IMAGE_EXTENSIONS, allowEmpty = false, name = root, ...reading } = options;
    const classNames = list(root).folders.sort(byCodePoints);
    if (classNames.length === 0) {
      throw new FormatError(
        `${root} has no folders in it; there has to be one for each class, with its images inside.`,
      );
    }
    const paths: string[] = [];
    const labels: number[] = [];
    const empty: string[] = [];
    classNames.forEach((className, label) => {
      const before = paths.length;
      for (const folder of foldersBelow(root, className).sort(byCodePoints)) {
        for (const file of list(`${root}/${folder}`).files.sort(byCodePoints)) {
          if (!extensions.some((ending) => file.toLowerCase().endsWith(ending))) continue;
          paths.push(`${folder}/${file}`);
          labels.push(label);
        }
      }
      if (paths.length === before) empty.push(className);
    });
    if (paths.length === 0 || (empty.length > 0 && !allowEmpty)) {
      throw new FormatError(
        `${root}: there are no images (${extensions.join(", ")}) of ${
          paths.length === 0 ? "any class" : empty.join(", ")
        }. Remove those folders, or give allowEmpty: true.`,
      );
    }
    super({ source: new FileSource(root, paths), labels, classNames, name }, reading);
    this.root = root;
  }
}

/** The names of what is in a folder; links count as what they lead to. */
function list(path: string): { files: string[]; folders: string[] } {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for (const entry of Deno.readDirSync(path)) {
      const isFolder = entry.isSymlink
        ? leadsToFolder(path, `${path}/${entry.name}`)
        : entry.isDirectory;
      (isFolder ? folders : files).push(entry.name);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FileError(
      `Cannot list the folder ${path}: ${(error as Error).message}. Check that it is there.`,
      { cause: error },
    );
  }
  return { files, folders };
}

/** Whether a link in a folder leads to a folder, which must not be one that it lies in. */
function leadsToFolder(folder: string, link: string): boolean {
  let target: string;
  try {
    target = Deno.realPathSync(link);
  } catch {
    // It leads nowhere: as a file it will be named when it is read.
    return false;
  }
  if (!Deno.statSync(target).isDirectory) return false;
  if (`${Deno.realPathSync(folder)}/`.startsWith(`${target}/`)) {
    throw new FormatError(`${link} leads back to ${target}, which it lies in; remove that link.`);
  }
  return true;
}

/** A folder and all those below it, as paths from `root`. */
function foldersBelow(root: string, folder: string): string[] {
  const { folders } = list(`${root}/${folder}`);
  return [folder, ...folders.flatMap((name) => foldersBelow(root, `${folder}/${name}`))];
}

/** The order of Python's strings, which is not JavaScript's beyond the first 65,536 characters. */
function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      const start = i > 0 && isLowSurrogate(a.charCodeAt(i)) && isLowSurrogate(b.charCodeAt(i))
        ? i - 1
        : i;
      return a.codePointAt(start)! - b.codePointAt(start)!;
    }
  }
  return a.length - b.length;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
