/**
 * What PyTorch puts where in its zip archives.
 *
 * @module
 */

import type { ZipEntry } from "../zip_table.ts";

/** The folders with a model: files of PyTorch have one, which is called after the file, mostly. */
export function modelFolders(entries: ReadonlyMap<string, ZipEntry>): string[] {
  return [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name))
    .map((name) => name.slice(0, name.indexOf("/")));
}

/** Whether a folder holds a program beside its weights: TorchScript. */
export function holdsProgram(entries: ReadonlyMap<string, ZipEntry>, folder: string): boolean {
  return entries.has(`${folder}/constants.pkl`) ||
    [...entries.keys()].some((name) => name.startsWith(`${folder}/code/`));
}
