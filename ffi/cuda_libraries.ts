/**
 * NVIDIA's libraries that a libtorch for CUDA needs: which, where each is, and what has to be loaded beforehand since
 * libtorch would not find it. Reads a few kilobytes of each and opens none.
 *
 * @module
 */

import { normalize } from "node:path";
import { cudaOf, packageOf } from "./cuda_packages.ts";
import { readDynamic } from "./elf_dynamic.ts";
import type { Libtorch } from "./libtorch.ts";

/** One of NVIDIA's libraries, as a libtorch needs it. */
export interface CudaLibrary {
  /** The library's file name: `"libcublas.so.13"`. */
  name: string;
  /** The library's path; null if it is not where libtorch looks, nor in a folder that is known here. */
  path: string | null;
  /** Whether libtorch finds it by itself; if not, and it is there, it is loaded beforehand. */
  reached: boolean;
  /** The Python package that has it: `"nvidia-cublas"`. */
  package: string;
}

/** The libraries of libtorch that need NVIDIA's. */
const BEGIN = ["libtorch_cuda.so", "libtorch_cuda_linalg.so", "libtorch_cpu.so", "libc10_cuda.so"];

/** What the kernel compiler opens by name only when it compiles. */
const OPENED_LATER: Readonly<Record<string, string>> = { nvrtc: "libnvrtc-builtins.so" };

/**
 * Finds NVIDIA's libraries that a libtorch needs, those that others of them need included, each after what it needs.
 *
 * @param libtorch Where and what it is.
 * @param more Further folders to look in, after those that libtorch names: see {@linkcode nvidiaFolders}.
 * @returns Empty for a libtorch that is not for CUDA, and on systems other than Linux.
 * @throws {Deno.errors.NotCapable} If reading was not permitted.
 */
export function cudaLibraries(libtorch: Libtorch, more: readonly string[]): CudaLibrary[] {
  const cuda = cudaOf(libtorch.variant);
  if (Deno.build.os !== "linux" || cuda === null) return [];
  const found = new Map<string, CudaLibrary>();
  const seen = new Set<string>();
  const visit = (path: string, inherited: readonly string[]): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const dynamic = readDynamic(path);
    if (dynamic === null) return;
    const origin = path.slice(0, path.lastIndexOf("/"));
    const own = dynamic.folders.map((folder) => folder.replace(/\$ORIGIN|\$\{ORIGIN\}/g, origin));
    // As the loader does: folders of the newer kind serve this library only, and hide those of its loaders.
    const here = dynamic.inherited || own.length === 0 ? [...own, ...inherited] : own;
    const passed = dynamic.inherited ? here : inherited;
    for (const name of dynamic.needed) {
      const project = packageOf(name, cuda.major);
      if (project === null) {
        if (/^lib(torch|c10)/.test(name)) visit(`${libtorch.path}/lib/${name}`, passed);
        continue;
      }
      if (found.has(name)) continue;
      const reached = lookIn(here, name);
      const place = reached ?? lookIn(more, name);
      if (place !== null) visit(place, passed);
      found.set(name, { name, path: place, reached: reached !== null, package: project });
    }
  };
  for (const name of BEGIN) visit(`${libtorch.path}/lib/${name}`, []);
  return [...found.values()];
}

/**
 * The folders where NVIDIA's libraries may be beside those that libtorch names: what `APPRENTICE_NVIDIA` names (folders
 * divided by `:`), and the folder `nvidia` beside libtorch, as Python's packages have it.
 */
export function nvidiaFolders(libtorch: string, named: string | undefined): string[] {
  const folders = (named ?? "").split(":").filter((folder) => folder !== "");
  return [...folders, `${libtorch}/../nvidia`].flatMap((folder) => {
    const below = namesIn(folder).map((name) => `${folder}/${name}/lib`);
    return [folder, ...below.filter((path) => namesIn(path).length > 0)];
  });
}

/** The libraries to load before libtorch, in this order: those that are there and that it would not find. */
export function toPreload(libraries: readonly CudaLibrary[]): string[] {
  return libraries.flatMap(({ path, reached }) => {
    if (path === null || reached) return [];
    const later = Object.entries(OPENED_LATER).find(([name]) => path.includes(`/lib${name}.so`));
    if (later === undefined) return [path];
    const folder = path.slice(0, path.lastIndexOf("/"));
    const names = namesIn(folder).filter((name) => name.startsWith(later[1]));
    return [path, ...names.map((name) => `${folder}/${name}`)];
  });
}

function lookIn(folders: readonly string[], name: string): string | null {
  for (const folder of folders) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return normalize(`${folder}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
    }
  }
  return null;
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return [];
  }
}
