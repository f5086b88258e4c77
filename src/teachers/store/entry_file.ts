/**
 * `entry.json`: what an entry of the store holds.
 *
 * @module
 */

import { StoreError } from "../../base/errors.ts";
import { makeFolderSync, writeAtomicSync } from "../../base/files.ts";
import { isMissing, readTextFileSync } from "../../base/regular_files.ts";
import {
  canonicalJson,
  differencesOf,
  fingerprint,
  parseSpec,
  type Spec,
  specText,
} from "../../base/spec.ts";
import { createTemporarySync } from "../../base/temporaries.ts";
import type { EntryDescription, EntryFile, EntryKey } from "./types.ts";

/** The format's name, in every file of a store. */
export const STORE_FORMAT = "apprentice-store";
/** The format's version. */
export const STORE_VERSION = 1;

/** The name of an entry's folder: the fingerprint of its key. */
export function entryId(key: EntryKey): string {
  return fingerprint(keySpec(key));
}

function keySpec({ teacher, pixels, dtype, patches }: EntryKey): Spec {
  return { teacher, pixels, dtype, patches };
}

/** The path of an entry's file. */
export function entryPath(folder: string): string {
  return `${folder}/entry.json`;
}

/**
 * Reads an entry's file; null if there is none.
 *
 * @throws {StoreError} if another version of this package made it, or it is damaged.
 */
export function readEntryFile(folder: string): EntryFile | null {
  const path = entryPath(folder);
  let read: Record<string, Spec>;
  try {
    read = parseSpec(readTextFileSync(path)) as Record<string, Spec>;
  } catch (cause) {
    if (isMissing(cause)) return null;
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new StoreError(
      `${path} is damaged: ${cause.message}. Remove the folder ${folder}, or what is damaged with ` +
        "the store's verify({ remove: true }).",
      { cause },
    );
  }
  if (read?.format !== STORE_FORMAT || read.version !== STORE_VERSION) {
    throw new StoreError(
      `${folder} is of ${
        read?.format === STORE_FORMAT ? `version ${specText(read.version)}` : "another format"
      } of the store; this package reads version ${STORE_VERSION}. Remove the folder, or have the store's ` +
        "prune() do it, and fill it again.",
    );
  }
  const file = read as unknown as EntryFile;
  const bad = problemOf(file);
  if (bad !== null) {
    throw new StoreError(
      `${path} is damaged: ${bad}. Remove the folder ${folder}, or what is damaged with the store's ` +
        "verify({ remove: true }).",
    );
  }
  return file;
}

/** What is wrong with what a file says, in words. */
function problemOf(file: EntryFile): string | null {
  for (const name of ["images", "variants", "featureDim", "shardImages"] as const) {
    if (!Number.isSafeInteger(file[name]) || file[name] < 1) {
      return `its ${name} is ${specText(file[name])}`;
    }
  }
  const { numClasses, dtype, key } = file;
  if (numClasses !== null && (!Number.isSafeInteger(numClasses) || numClasses < 1)) {
    return `its numClasses is ${specText(numClasses)}`;
  }
  if (dtype !== "float16" && dtype !== "float32") return `its dtype is ${specText(dtype)}`;
  if (typeof key !== "object" || key === null || key.dtype !== dtype) return "its key is not whole";
  const { patches } = file;
  if (patches === undefined && key.patches === undefined) return null;
  const isSize = Array.isArray(patches) && patches.length === 3 &&
    patches.every((size) => Number.isSafeInteger(size) && size > 0);
  if (!isSize || patches[0] !== key.patches) return `its patches are ${specText(patches)}`;
  return null;
}

/** Makes an entry's folder and file, unless another process was faster. */
export function makeEntryFile(folder: string, description: EntryDescription): void {
  const { key, teacher, data, images, variants, featureDim, numClasses, patches, dtype } =
    description;
  const content = `${
    canonicalJson({
      format: STORE_FORMAT,
      version: STORE_VERSION,
      key: keySpec(key),
      teacher,
      data,
      images,
      variants,
      featureDim,
      numClasses,
      patches,
      dtype,
      shardImages: description.shardImages,
      created: new Date().toISOString(),
    })
  }\n`;
  const path = entryPath(folder);
  makeFolderSync(folder);
  // By a link and not by renaming: of two processes that differ in how they cut shards one decides.
  try {
    const temporary = createTemporarySync(path);
    try {
      temporary.file.writeSync(new TextEncoder().encode(content));
      temporary.file.syncDataSync();
      Deno.linkSync(temporary.path, path);
    } finally {
      Deno.removeSync(temporary.path);
      temporary.file.close();
    }
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    // Some file systems have no links; whatever else is wrong is said by this.
    writeAtomicSync(path, content);
  }
}

/**
 * Makes sure that an entry is of what is asked for.
 *
 * @throws {StoreError} if not.
 */
export function checkSame(folder: string, file: EntryFile, wanted: EntryDescription): void {
  const of = (one: EntryDescription): Spec => ({
    key: keySpec(one.key),
    images: one.images,
    variants: one.variants,
    featureDim: one.featureDim,
    numClasses: one.numClasses,
    patches: one.patches,
    dtype: one.dtype,
  });
  const [first] = differencesOf(of(file), of(wanted));
  if (first === undefined) return;
  throw new StoreError(
    `${folder} is of something else than what is asked for: its ${first.path} is ${
      specText(first.before)
    }, not ${specText(first.now)}. Remove the folder, and fill it again.`,
  );
}
