/**
 * Making NVIDIA's libraries ready for a libtorch for CUDA, before it is loaded.
 *
 * @module
 */

import { readEnv } from "../src/base/read_env.ts";
import { cudaLibraries, type CudaLibrary, nvidiaFolders, toPreload } from "./cuda_libraries.ts";
import { cudaOf, packageOf } from "./cuda_packages.ts";
import { loadCudnn } from "./cudnn.ts";
import type { Libtorch } from "./libtorch.ts";
import { loadGlobally } from "./load_globally.ts";

/** The variable that names where NVIDIA's libraries are, if they are not beside libtorch. */
export const NVIDIA_VARIABLE = "APPRENTICE_NVIDIA";

/**
 * Loads what libtorch needs of NVIDIA's and would not find, and cuDNN. Nothing is done for a libtorch without CUDA, and
 * what is nowhere is left to the system's loader.
 */
export function loadNvidia(libtorch: Libtorch): void {
  if (Deno.build.os !== "linux" || libtorch.variant === "cpu") return;
  const libraries = librariesFor(libtorch);
  loadGlobally(toPreload(libraries));
  const cudnn = libraries.find(({ name }) => name.startsWith("libcudnn.so"))?.path;
  loadCudnn([
    ...(cudnn ? [cudnn.slice(0, cudnn.lastIndexOf("/"))] : []),
    `${libtorch.path}/lib`,
    `${libtorch.path}/../nvidia/cudnn/lib`,
  ]);
}

/**
 * What to do about a library of NVIDIA's that the system's loader did not find, as its message names it.
 *
 * @returns Null if the message is of something else.
 */
export function missingNvidia(message: string, libtorch: Libtorch): string | null {
  const name = /(lib[\w.-]+\.so[.\d]*): cannot open shared object/.exec(message)?.[1];
  const cuda = cudaOf(libtorch.variant);
  const project = name && cuda ? packageOf(name, cuda.major) : null;
  if (project === null) return null;
  const others = librariesFor(libtorch).filter(({ path }) => path === null).map((library) =>
    library.package
  );
  return installNvidia([...new Set([project, ...others])].sort());
}

/** How the Python packages are had that bring what is missing: a sentence. */
export function installNvidia(packages: readonly string[]): string {
  const them = packages.length === 1
    ? "the Python package that has it"
    : "the Python packages that have them";
  return `Install ${them} beside libtorch (pip install ${
    packages.join(" ")
  }), or set ${NVIDIA_VARIABLE} to a folder ` +
    "that has the libraries, such as site-packages/nvidia of another Python.";
}

/** What libtorch needs of NVIDIA's; nothing where reading was not permitted: then the system's loader alone looks. */
function librariesFor(libtorch: Libtorch): CudaLibrary[] {
  try {
    return cudaLibraries(libtorch, nvidiaFolders(libtorch.path, readEnv(NVIDIA_VARIABLE)));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}
