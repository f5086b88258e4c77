/**
 * Finding the image files in a folder and those below it.
 *
 * @module
 */

import { FileError, FormatError } from "../../base/errors.ts";
import { passPermission } from "../../base/regular_files.ts";
import { extensionOf } from "./extensions.ts";

/** Files that file managers leave in folders. */
const HIDDEN = /^(\.|Thumbs\.db$|desktop\.ini$)/i;

interface Listing {
  readonly files: string[];
  readonly folders: string[];
}

/**
 * Lists a folder's image files, in the order in which torchvision's `ImageFolder` does, and counts what it leaves out.
 * Only files are listed, links to files too: pipes, sockets and devices are left out.
 */
export class FolderScan {
  readonly #root: string;
  readonly #extensions: readonly string[];
  /** How many files were left out, by what is said of them. */
  readonly #leftOut: Map<string, number> = new Map();
  readonly #top: Listing;
  readonly #realRoot: string;
  readonly #hidden: boolean;

  /**
   * @param root The folder.
   * @param extensions The endings of the files to list, in small letters, with their dot.
   * @param hidden Whether files and folders count whose names begin with a dot.
   * @throws {FileError} If the folder is not there or cannot be listed.
   * @throws {FormatError} If a link in it leads back to it.
   */
  constructor(root: string, extensions: readonly string[], hidden: boolean) {
    this.#hidden = hidden;
    this.#root = root;
    this.#extensions = extensions;
    this.#realRoot = realPath(root) ?? root;
    this.#top = this.#list("", [this.#realRoot]);
  }

  /** The names of the folders in it, sorted. */
  get folders(): readonly string[] {
    return this.#top.folders;
  }

  /** The image files that lie in the folder itself, sorted. */
  top(): string[] {
    return this.#images("", this.#top.files);
  }

  /** The image files in a folder in it and all those below that one, as paths from the root. */
  below(folder: string): string[] {
    const found: [folder: string, files: string[]][] = [];
    const walk = (path: string, above: readonly string[]) => {
      const real = realPath(`${this.#root}/${path}`);
      const ancestors = real === undefined ? above : [...above, real];
      const { files, folders } = this.#list(path, ancestors);
      found.push([path, files]);
      for (const name of folders) walk(`${path}/${name}`, ancestors);
    };
    walk(folder, [this.#realRoot]);
    found.sort(([a], [b]) => byCodePoints(a, b));
    return found.flatMap(([path, files]) => this.#images(path, files));
  }

  /** Says what was left out so far, besides hidden files; undefined if nothing was. */
  notice(): string | undefined {
    const kinds = [...this.#leftOut].sort(([a], [b]) => byCodePoints(a, b));
    if (kinds.length === 0) return undefined;
    const count = kinds.reduce((sum, [, files]) => sum + files, 0);
    return `${this.#root}: ${count} ${count === 1 ? "file is" : "files are"} left out: ${
      kinds.map(([kind, files]) => `${files} ${kind}`).join(", ")
    }.`;
  }

  /** Counts a file among those left out. */
  leaveOut(kind: string): void {
    this.#leftOut.set(kind, (this.#leftOut.get(kind) ?? 0) + 1);
  }

  #images(folder: string, files: readonly string[]): string[] {
    const images: string[] = [];
    for (const file of files) {
      const ending = this.#extensions.find((one) => file.toLowerCase().endsWith(one));
      if (ending !== undefined) images.push(folder === "" ? file : `${folder}/${file}`);
      else if (!HIDDEN.test(file)) this.leaveOut(extensionOf(file) || "without an ending");
    }
    return images;
  }

  /** What is in a folder, sorted; links count as what they lead to. */
  #list(folder: string, ancestors: readonly string[]): Listing {
    const path = folder === "" ? this.#root : `${this.#root}/${folder}`;
    const files: string[] = [];
    const folders: string[] = [];
    try {
      for (const entry of Deno.readDirSync(path)) {
        if (!this.#hidden && entry.name.startsWith(".")) continue;
        const kind = entry.isSymlink ? followLink(`${path}/${entry.name}`, ancestors) : entry;
        if (kind.isDirectory) folders.push(entry.name);
        else if (kind.isFile) files.push(entry.name);
        else this.leaveOut("pipes, sockets or devices");
      }
    } catch (error) {
      passPermission(error);
      if (error instanceof FormatError) throw error;
      throw new FileError(
        `Cannot list the folder ${path}: ${(error as Error).message}. ` +
          `Check that it is there and may be read.`,
        { cause: error },
      );
    }
    return { files: files.sort(byCodePoints), folders: folders.sort(byCodePoints) };
  }
}

/** What a link leads to, which must not be a folder that it lies in. */
function followLink(
  link: string,
  ancestors: readonly string[],
): { isDirectory: boolean; isFile: boolean } {
  const target = realPath(link);
  // It leads nowhere: as a file it will be named when it is read.
  if (target === undefined) return { isDirectory: false, isFile: true };
  if (ancestors.includes(target)) {
    throw new FormatError(`${link} leads back to ${target}, which it lies in; remove that link.`);
  }
  return Deno.statSync(target);
}

/** The path without links in it; undefined if there is nothing. */
function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    passPermission(error);
    return undefined;
  }
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
