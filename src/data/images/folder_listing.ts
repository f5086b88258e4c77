/**
 * What lies in folders of images.
 *
 * @module
 */

import { FileError, FormatError } from "../../errors.ts";
import { passPermission } from "../../regular_files.ts";

/** The endings of the files that can be decoded. */
export const IMAGE_EXTENSIONS: readonly string[] = Object.freeze([
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
  ".bmp",
  ".gif",
  ".tif",
  ".tiff",
  ".avif",
  ".ppm",
  ".pgm",
  ".pbm",
  ".pnm",
]);

/** Whether a file's name has one of these endings, in letters of any size. */
export function hasEnding(file: string, endings: readonly string[]): boolean {
  const name = file.toLowerCase();
  return endings.some((ending) => name.endsWith(ending.toLowerCase()));
}

/** Counts the files that a listing passes over, so that they can be named. */
export class LeftOut {
  readonly #counts: Map<string, number> = new Map();

  /** Counts a file; those whose names begin with a dot are nobody's images. */
  add(file: string): void {
    if (file.startsWith(".")) return;
    const dot = file.lastIndexOf(".");
    this.count(dot < 0 ? "without an ending" : file.slice(dot).toLowerCase());
  }

  /** Counts something of a kind. */
  count(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** Warns of what was left out, if anything was. */
  warn(name: string): void {
    if (this.#counts.size === 0) return;
    const kinds = [...this.#counts].sort((a, b) => b[1] - a[1]);
    const list = kinds.slice(0, 10).map(([kind, count]) => `${count} ${kind}`).join(", ");
    console.warn(
      `${name}: passed over ${list}${
        kinds.length > 10 ? " and others" : ""
      }, which are not taken ` +
        `for images here.`,
    );
  }
}

/** The paths, from `root` on, of the images in a folder and all folders below it. */
export function imagesBelow(
  root: string,
  folder: string,
  endings: readonly string[],
  leftOut: LeftOut,
): string[] {
  const paths: string[] = [];
  for (const below of foldersBelow(root, folder).sort(byCodePoints)) {
    const { files, others } = listFolder(below === "" ? root : `${root}/${below}`);
    for (let i = 0; i < others; i++) leftOut.count("pipes, sockets or devices");
    for (const file of files.sort(byCodePoints)) {
      if (hasEnding(file, endings)) paths.push(below === "" ? file : `${below}/${file}`);
      else leftOut.add(file);
    }
  }
  return paths;
}

/** The names of what is in a folder, and how much else there is; links count as what they lead to. */
export function listFolder(path: string): { files: string[]; folders: string[]; others: number } {
  const files: string[] = [];
  const folders: string[] = [];
  let others = 0;
  try {
    for (const entry of Deno.readDirSync(path)) {
      const kind = entry.isSymlink ? followLink(path, `${path}/${entry.name}`) : entry;
      if (kind.isDirectory) folders.push(entry.name);
      else if (kind.isFile) files.push(entry.name);
      else others++;
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    passPermission(error);
    throw new FileError(
      `Cannot list the folder ${path}: ${(error as Error).message}. Check that it is there.`,
      { cause: error },
    );
  }
  return { files, folders, others };
}

/** What a link in a folder leads to, which must not be a folder that it lies in. */
function followLink(folder: string, link: string): { isDirectory: boolean; isFile: boolean } {
  let target: string;
  try {
    target = Deno.realPathSync(link);
  } catch (error) {
    passPermission(error);
    // It leads nowhere: as a file it will be named when it is read.
    return { isDirectory: false, isFile: true };
  }
  const kind = Deno.statSync(target);
  if (kind.isDirectory && `${Deno.realPathSync(folder)}/`.startsWith(`${target}/`)) {
    throw new FormatError(`${link} leads back to ${target}, which it lies in; remove that link.`);
  }
  return kind;
}

/** A folder and all those below it, as paths from `root`. */
function foldersBelow(root: string, folder: string): string[] {
  const { folders } = listFolder(folder === "" ? root : `${root}/${folder}`);
  return [
    folder,
    ...folders.flatMap((name) => foldersBelow(root, folder === "" ? name : `${folder}/${name}`)),
  ];
}

/** The order of Python's strings, which is not JavaScript's beyond the first 65,536 characters. */
export function byCodePoints(a: string, b: string): number {
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
