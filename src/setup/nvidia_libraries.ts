/**
 * NVIDIA's libraries as a libtorch will find them on this machine.
 *
 * @module
 */

import { cudaLibraries, type CudaLibrary, nvidiaFolders } from "../../ffi/cuda_libraries.ts";
import { type Libtorch, readIfThere } from "../../ffi/libtorch.ts";
import { installNvidia, NVIDIA_VARIABLE } from "../../ffi/nvidia.ts";
import { FormatError, SetupError } from "../base/errors.ts";
import { nvidiaRequirements, pinnedVersion, type Requirement } from "./requirements.ts";

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
      installNvidia(packagesOf(missing, libtorch))
    }`,
  );
}

/**
 * The packages that have some libraries, each once, in the order of their names; with their versions where libtorch lies as
 * Python's installer left it, with its metadata beside it.
 */
export function packagesOf(libraries: readonly CudaLibrary[], libtorch: Libtorch): string[] {
  const versions = new Map(
    requirementsBeside(libtorch.path).map((found) => [found.project, pinnedVersion(found)]),
  );
  return [...new Set(libraries.map((library) => library.package))].sort()
    .map((name) => versions.has(name) ? `${name}==${versions.get(name)}` : name);
}

/** NVIDIA's packages that PyTorch says it requires; empty where it says nothing that can be read. */
function requirementsBeside(libtorch: string): Requirement[] {
  try {
    const folder = `${libtorch}/..`;
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const metadataOf = (project: string): string | undefined => {
      const info = names.find((name) =>
        name.startsWith(`${project}-`) && name.endsWith(".dist-info")
      );
      return info && readIfThere(`${folder}/${info}/METADATA`);
    };
    return nvidiaRequirements(metadataOf("torch") ?? "", metadataOf("cuda_toolkit"), Deno.build)
      .filter(({ versions }) => /\d/.test(versions));
  } catch (error) {
    if (error instanceof FormatError || error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
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
