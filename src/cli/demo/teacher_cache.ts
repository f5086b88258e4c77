/**
 * Trained teachers, kept in the cache under a name that holds everything they depend on.
 *
 * @module
 */

import { makeFolder } from "../../base/files.ts";
import type { Module } from "../../nn/mod.ts";
import { cacheRoot } from "../../base/paths.ts";
import { isNotAllowed } from "../../base/regular_files.ts";
import { removeTemporariesIn } from "../../base/temporaries.ts";
import * as torch from "../../torch/mod.ts";
import { VERSION } from "../../base/version.ts";

/**
 * Where a teacher is kept.
 *
 * @param name What it is called.
 * @param dependsOn All that decides its weights, beside the version of this package.
 * @param folder Where teachers are kept; in this package's cache by default.
 */
export async function teacherFile(
  name: string,
  dependsOn: readonly unknown[],
  folder: string = `${cacheRoot()}/demo`,
): Promise<string> {
  const text = JSON.stringify([VERSION, ...dependsOn]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const key = new Uint8Array(digest).subarray(0, 8).toHex();
  await makeFolder(folder);
  removeTemporariesIn(folder);
  return `${folder}/${name.replaceAll(" ", "-")}-${key}.safetensors`;
}

/** Loads a kept teacher; false if there is none, or none that can be read. */
export async function loadTeacher(model: Module, file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    torch.scope(() => model.loadStateDict(torch.loadSafetensors(file)));
    return true;
  } catch (error) {
    if (isNotAllowed(error)) throw error;
    return false;
  }
}
