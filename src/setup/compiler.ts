/**
 * The C++ compiler, and every flag it is given. There is no other place with flags in it.
 *
 * @module
 */

import { libraryFileName, type Libtorch, readIfThere } from "../../ffi/libtorch.ts";
import { SetupError } from "../base/errors.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { runCommand } from "./commands.ts";

/** A compiler that was found. */
export interface Compiler {
  /** How to call it: the program and arguments that always come first. */
  command: string[];
  /** The first line of what it says to `--version`. */
  version: string;
}

/** The compilers to try, in order: the one that `CXX` names, then the usual names. */
export function compilerCandidates(cxx: string | undefined = Deno.env.get("CXX")): string[][] {
  const own = cxx?.trim() ? [cxx.trim().split(/\s+/)] : [];
  return [...own, ["g++"], ["c++"], ["clang++"]];
}

/**
 * Finds a C++ compiler.
 *
 * @throws {SetupError} If there is none, saying what to install.
 */
export async function findCompiler(candidates: string[][]): Promise<Compiler> {
  for (const command of candidates) {
    const result = await runCommand([...command, "--version"]);
    if (result?.code === 0) return { command, version: result.stdout.split("\n")[0].trim() };
  }
  const tried = candidates.map((command) => command.join(" ")).join(", ");
  throw new SetupError(
    `No C++ compiler was found (tried ${tried}); the native library is built with one. Install it: ` +
      installHint() + ". Or set CXX to the one to use.",
  );
}

/** How a C++ compiler is installed on this system. */
export function installHint(): string {
  if (Deno.build.os === "darwin") return "`xcode-select --install`";
  return "`apt-get install g++` (Debian, Ubuntu), `dnf install gcc-c++` (Fedora), " +
    "`apk add g++` (Alpine)";
}

/** The arguments that compile one file of the native source. */
export function compileArguments(libtorch: Libtorch): string[] {
  const include = `${libtorch.path}/include`;
  return [
    "-c",
    "-O2",
    "-std=c++20", // libtorch 2.12 and later needs it, the older ones take it
    "-fPIC",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-DNDEBUG",
    `-D_GLIBCXX_USE_CXX11_ABI=${cxx11Abi(libtorch)}`,
    "-Wall",
    "-Wextra",
    // "system" keeps libtorch's own warnings out of the log.
    "-isystem",
    include,
    "-isystem",
    `${include}/torch/csrc/api/include`,
  ];
}

/** The arguments that link the object files into the library. */
export function linkArguments(libtorch: Libtorch): string[] {
  const folder = `${libtorch.path}/lib`;
  const names = ["torch_cpu", "c10", ...cudaLibraries(libtorch)];
  const libraries = [`-L${folder}`, ...names.map((name) => `-l${name}`)];
  const rpath = ["-Xlinker", "-rpath", "-Xlinker", folder];
  if (Deno.build.os === "darwin") return ["-dynamiclib", ...libraries, ...rpath];
  return [
    "-shared",
    // The CUDA libraries register themselves when loaded; nothing here refers to them by name.
    "-Wl,--no-as-needed",
    ...libraries,
    ...rpath,
    // Before LD_LIBRARY_PATH, so that no other libtorch is loaded than the one this is built for.
    "-Wl,--disable-new-dtags",
    // What is missing shows here and when the library is opened, not when a function is first called.
    "-Wl,-z,defs",
    "-Wl,-z,now",
    // The CUDA libraries need others that are found only when they are loaded.
    "-Wl,--allow-shlib-undefined",
  ];
}

/** The libraries that a CUDA build of libtorch has and a CPU build has not. */
function cudaLibraries(libtorch: Libtorch): string[] {
  return ["torch_cuda", "c10_cuda"].filter((name) => {
    try {
      return Deno.statSync(`${libtorch.path}/lib/${libraryFileName(name)}`).isFile;
    } catch (error) {
      if (isNotAllowed(error)) throw error;
      return false;
    }
  });
}

/** Which of the two string types of the GNU C++ library libtorch was built with. */
function cxx11Abi(libtorch: Libtorch): string {
  const config = readIfThere(`${libtorch.path}/share/cmake/Torch/TorchConfig.cmake`);
  return config?.match(/_GLIBCXX_USE_CXX11_ABI=([01])/)?.[1] ?? "1";
}
