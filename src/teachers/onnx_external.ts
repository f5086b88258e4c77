/**
 * Weights of an ONNX model that lie in files beside it.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { FileError, FormatError } from "../base/errors.ts";
import { isMissing, passPermission, statFileSync } from "../base/regular_files.ts";
import { formatBytes } from "../base/text.ts";

/** The files that were seen, and what lies in them. */
export interface ExternalFiles {
  /** The files' folder, with a slash at its end. */
  folder?: string;
  /** The names that files have where the model is a link to, if they are links to the same folder. */
  readonly names: Map<string, string>;
  /** The files' sizes, by their paths. */
  readonly sizes: Map<string, number>;
  /** How many bytes they have together. */
  total: number;
  /** How many bytes all tensors in them take together. */
  declared: number;
}

/** How often a byte of a file may be the byte of a tensor: layers that share weights name them again. */
const mostShared = 4;
/** What tensors may take beyond that. */
const mostBeyond = 2 ** 26;

/**
 * Checks a tensor whose values lie in a file of their own.
 *
 * @param name The tensor's name.
 * @param entries What the model says of the place.
 * @param size The bytes of the tensor; undefined where its type says nothing of them.
 * @param path The model's file.
 * @param files What was seen before.
 * @throws {FormatError} if the file is too short, or does not lie in the model's folder.
 * @throws {FileError} if there is none.
 */
export function checkExternal(
  name: string,
  entries: ReadonlyMap<string, string>,
  size: number | undefined,
  path: string,
  files: ExternalFiles,
): void {
  const bad = (what: string): never => {
    throw new FormatError(`The ONNX model ${path} ${what}, for its tensor ${quote(name)}.`);
  };
  const location = entries.get("location") ?? "";
  const parts = location.split(/[/\\]/);
  if (
    location === "" || parts[0] === "" || parts.includes("..") || /^[a-z]:|\0/i.test(location) ||
    location.length > 1000
  ) {
    bad(
      `names the file ${quote(location)}, which is not one in its folder, so that it is not read`,
    );
  }
  const whole = (key: string): number => {
    const text = entries.get(key) ?? "0";
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(value) ? value : bad(`has no number but ${quote(text)} as ${key}`);
  };
  const offset = whole("offset");
  const inner = parts.filter((part) => part !== ".").join("/");
  files.folder ??= folderWith(inner, path);
  const file = files.folder + inner;
  let length = files.sizes.get(file);
  if (length === undefined) {
    const found = fileAt(file, files.folder, path);
    length = found.size;
    if (found.name !== undefined) files.names.set(location, found.name);
    files.sizes.set(file, length);
    files.total += length;
  }
  const given = entries.has("length") ? whole("length") : length - offset;
  if (offset + Math.max(given, size ?? 0) > length) {
    bad(
      `needs bytes up to ${offset + Math.max(given, size ?? 0)} of ${
        quote(location)
      }, which has ${length}: it is ` +
        "truncated or another model's",
    );
  }
  if (size !== undefined && given < size) {
    bad(`has ${given} bytes in ${quote(location)} in place of ${size}`);
  }
  files.declared += size ?? given;
  if (files.declared > mostShared * files.total + mostBeyond) {
    bad(
      `has tensors of ${formatBytes(files.declared)} in files of ${
        formatBytes(files.total)
      }: the same bytes are named again and again`,
    );
  }
}

/** The folder of a file, with a slash at its end. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) || "./";
}

/** The folder of a model in which a file is: its own, or if it is a link that of the file that it links to. */
function folderWith(file: string, path: string): string {
  const folders = [path, Deno.realPathSync(path)].map(folderOf);
  const found = folders.find((folder) => {
    try {
      return Deno.lstatSync(folder + file) !== undefined;
    } catch (error) {
      passPermission(error);
      return false;
    }
  });
  return Deno.realPathSync(found ?? folders[0]).replace(/[/\\]?$/, "/");
}

/**
 * The size of a file beside a model, which lies in the model's folder indeed; or beside the file that the model is a link
 * to, as in the cache of a hub, and what it is called there.
 */
function fileAt(file: string, folder: string, path: string): { size: number; name?: string } {
  let size: number;
  let real: string;
  try {
    size = statFileSync(file).size;
    real = Deno.realPathSync(file);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new FileError(
      `The ONNX model ${path} has weights in ${
        file.slice(folder.length)
      }, which is not beside it. Put both files in one ` +
        "folder, under the names that they were made with.",
      { cause },
    );
  }
  if (real.replaceAll("\\", "/").startsWith(folder.replaceAll("\\", "/"))) return { size };
  if (folderOf(real) === folderOf(Deno.realPathSync(path))) {
    return { size, name: real.slice(folderOf(real).length) };
  }
  throw new FormatError(
    `The ONNX model ${path} has weights in ${
      file.slice(folder.length)
    }, which is a link to a file outside its folder, so ` +
      "that it is not read. Copy that file beside the model.",
  );
}
