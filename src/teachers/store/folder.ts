/**
 * What lies in the folder of a store, as far as it can be told without trusting it.
 *
 * @module
 */

import { isMissing, isNotAllowed } from "../../base/regular_files.ts";
import { lastUsed } from "./used.ts";

/** A file in the folder of an entry. */
export interface FoundFile {
  /** The file's path. */
  readonly path: string;
  /** The file's size. */
  readonly bytes: number;
}

/** The folder of a variant. */
export interface FoundVariant {
  /** The folder's path. */
  readonly folder: string;
  /** The variant's number. */
  readonly variant: number;
  /** The shards in it, in their order. */
  readonly shards: FoundFile[];
  /** When the variant was last used, in milliseconds since 1970. */
  readonly used: number;
}

/** The names of the entries' folders in a store. */
export function entryNames(root: string): string[] {
  return listFolder(root).filter(({ isDirectory, name }) =>
    isDirectory && /^[0-9a-f]{16}$/.test(name)
  )
    .map(({ name }) => name).sort();
}

/** The variants in the folder of an entry. */
export function findVariants(folder: string): FoundVariant[] {
  return listFolder(folder).flatMap(({ name, isDirectory }) => {
    const number = /^variant-(\d{2,})$/.exec(name);
    if (!isDirectory || number === null) return [];
    const path = `${folder}/${name}`;
    const shards = listFolder(path).filter((file) => /^\d{5,}\.safetensors$/.test(file.name))
      .map((file) => `${path}/${file.name}`).sort()
      .map((file) => ({ path: file, bytes: sizeOf(file) }));
    return [{ folder: path, variant: Number(number[1]), shards, used: lastUsed(path) }];
  }).sort((a, b) => a.variant - b.variant);
}

/** How many bytes all files below a folder have. */
export function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const { name, isDirectory, isFile } of listFolder(folder)) {
    if (isDirectory) bytes += bytesBelow(`${folder}/${name}`);
    else if (isFile) bytes += sizeOf(`${folder}/${name}`);
  }
  return bytes;
}

/** When any file or folder in a folder was last written, in milliseconds since 1970. */
export function lastWritten(folder: string): number {
  const times = ["", ...listFolder(folder).map(({ name }) => `/${name}`)].map((name) => {
    try {
      return Deno.statSync(folder + name).mtime?.getTime() ?? 0;
    } catch {
      return 0;
    }
  });
  return Math.max(...times);
}

/** The lock that is held by who has an entry open. It lies outside the entry, so that it outlives the folder. */
export function lockPath(root: string, id: string): string {
  return `${root}/locks/${id}.lock`;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0; // Another process was faster.
  }
}

function listFolder(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (isNotAllowed(error) || !isMissing(error)) throw error;
    return [];
  }
}
