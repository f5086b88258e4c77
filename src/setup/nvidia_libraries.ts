/**
 * NVIDIA's libraries as a libtorch will find them on this machine.
 *
 * @module
 */

import { cudaLibraries, type CudaLibrary, nvidiaFolders } from "../../ffi/cuda_libraries.ts";
import type { Libtorch } from "../../ffi/libtorch.ts";
import { installNvidia, NVIDIA_VARIABLE } from "../../ffi/nvidia.ts";
import { SetupError } from "../base/errors.ts";

/**
 * Finds the libraries that a libtorch for CUDA needs: where it looks, in the folders that `APPRENTICE_NVIDIA` names or that
 * lie beside it, and, by opening what is left, wherever the system looks.
 */
export function findNvidia(
  libtorch: Libtorch,
  env: (name: string) => string | undefined,
): CudaLibrary[] {
  const folders = nvidiaFolders(libtorch.path, env(NVIDIA_VARIABLE));
  return cudaLibraries(libtorch, folders).map((library) => {
    const path = library.path === null ? openedFrom(library.name) : null;
    return path === null ? library : { ...library, path, reached: true };
  });
}

/**
 * Makes sure that none is missing, before anything is compiled that could not be loaded.
 *
 * @throws {SetupError} If some are, with the packages that have them.
 */
export function checkNvidia(
  libtorch: Libtorch,
  env: (name: string) => string | undefined,
): void {
  const missing = findNvidia(libtorch, env).filter(({ path }) => path === null);
  if (missing.length === 0) return;
  throw new SetupError(
    `libtorch ${libtorch.version} (${libtorch.variant}) in ${libtorch.path} needs ${
      missing.map(({ name }) => name).join(", ")
    }, which ${missing.length === 1 ? "is" : "are"} not to be found. ${
      installNvidia(packagesOf(missing))
    }`,
  );
}

/** The packages that have some libraries, each once, in the order of their names. */
export function packagesOf(libraries: readonly CudaLibrary[]): string[] {
  return [...new Set(libraries.map((library) => library.package))].sort();
}

/** Where the system's loader has a library; null if it has none. */
function openedFrom(name: string): string | null {
  try {
    const library = Deno.dlopen(name, {});
    try {
      const line = Deno.readTextFileSync("/proc/self/maps").split("\n")
        .find((line) => line.includes(`/${name}`) || line.includes(`/${name}.`));
      return line?.replace(/^.*?(?=\/)/, "") ?? name;
    } finally {
      library.close();
    }
  } catch {
    return null;
  }
}
