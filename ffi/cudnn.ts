/**
 * cuDNN, where libtorch was built with it.
 *
 * @module
 */

import { loadGlobally } from "./load_globally.ts";

/** The parts that are looked for by name. */
const PARTS = ["libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9", "libcudnn.so.9"];

/**
 * Loads cuDNN for the whole process, before libtorch does. cuDNN looks for functions of its parts among the libraries that
 * everything in the process sees, and the function that is not found is called all the same. What cannot be loaded is left to
 * libtorch, which says so.
 *
 * @param folders Where it may be; the first folder that has it is taken.
 */
export function loadCudnn(folders: readonly string[]): void {
  const folder = folders.find(hasCudnn);
  if (folder !== undefined) loadGlobally(PARTS.map((part) => `${folder}/${part}`));
}

function hasCudnn(folder: string): boolean {
  try {
    return Deno.statSync(`${folder}/${PARTS.at(-1)}`).isFile;
  } catch {
    return false;
  }
}
