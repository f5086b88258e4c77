/**
 * The C++ compiler, and every flag it is given. There is no other place with flags in it. Those for Linux are tried with
 * every build; those for macOS and Windows follow the compilers' documentation and have not been tried.
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

/** What the compiler's flags depend on, beside libtorch. */
type Os = typeof Deno.build.os;

/** The compilers to try, in order: the one that `CXX` names, then the usual names. */
export function compilerCandidates(
  cxx: string | undefined = Deno.env.get("CXX"),
  os: Os = Deno.build.os,
): string[][] {
  const own = cxx?.trim() ? [cxx.trim().split(/\s+/)] : [];
  // libtorch for Windows is built with Microsoft's, whose C++ no other one's can be linked to.
  return os === "windows" ? [...own, ["cl"]] : [...own, ["g++"], ["c++"], ["clang++"]];
}

/**
 * Finds a C++ compiler.
 *
 * @throws {SetupError} If there is none, saying what to install.
 */
export async function findCompiler(candidates: string[][]): Promise<Compiler> {
  // Microsoft's tells its version when it is asked for nothing.
  const question = Deno.build.os === "windows" ? [] : ["--version"];
  for (const command of candidates) {
    const result = await runCommand([...command, ...question]);
    if (result?.code !== 0) continue;
    return { command, version: (result.stdout.trim() || result.stderr).split("\n")[0].trim() };
  }
  const tried = candidates.map((command) => command.join(" ")).join(", ");
  throw new SetupError(
    `No C++ compiler was found (tried ${tried}); the native library is built with one. Install it: ` +
      installHint() + ". Or set CXX to the one to use.",
  );
}

/** How a C++ compiler is installed on this system. */
export function installHint(os: Os = Deno.build.os): string {
  if (os === "darwin") return "`xcode-select --install`";
  if (os === "windows") {
    return "the build tools of Visual Studio with C++, and run this in their x64 command prompt";
  }
  return "`apt-get install g++` (Debian, Ubuntu), `dnf install gcc-c++` (Fedora), " +
    "`apk add g++` (Alpine)";
}

/** The arguments that compile files of the native source, but for the names of the files. */
export function compileArguments(libtorch: Libtorch, os: Os = Deno.build.os): string[] {
  const include = `${libtorch.path}/include`;
  if (os === "windows") {
    return [
      "/nologo",
      "/c",
      "/O2",
      "/std:c++20",
      "/permissive-",
      "/Zc:__cplusplus",
      "/EHsc",
      "/MD", // the runtime that libtorch has, so that both share one heap
      "/bigobj",
      "/utf-8",
      "/DNDEBUG",
      "/DNOMINMAX",
      "/W3",
      "/external:W0",
      `/external:I${include}`,
      `/external:I${include}/torch/csrc/api/include`,
    ];
  }
  return [
    "-c",
    "-O2",
    "-std=c++20", // libtorch 2.12 and later needs it, the older ones take it
    "-fPIC",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-DNDEBUG",
    `-D_GLIBCXX_USE_CXX11_ABI=${cxx11Abi(libtorch)}`,
    // Messages name a file of libtorch by its place in it: where it lies here means nothing elsewhere.
    `-fmacro-prefix-map=${libtorch.path}/=`,
    "-Wall",
    "-Wextra",
    // "system" keeps libtorch's own warnings out of the log.
    "-isystem",
    include,
    "-isystem",
    `${include}/torch/csrc/api/include`,
  ];
}

/** The arguments that name one file to compile and what is made of it. */
export function compileFile(source: string, object: string, os: Os = Deno.build.os): string[] {
  const folder = source.slice(0, source.lastIndexOf("/") + 1);
  // Headers of other projects, such as Gloo's, lie in folders of that one.
  if (os === "windows") return [`/external:I${folder}`, `/Fo${object}`, source];
  return ["-isystem", folder, `-fmacro-prefix-map=${folder}=native/`, "-o", object, source];
}

/** The folder beside a library that serves any place, which leads to the libtorch that it uses. */
export const LIBTORCH_LINK = "libtorch";

/** The arguments that link the object files into the library, `rpath` being {@linkcode rpathOf} one. */
export function linkArguments(
  libtorch: Libtorch,
  objects: readonly string[],
  library: string,
  rpath: string,
  os: Os = Deno.build.os,
): string[] {
  const folder = `${libtorch.path}/lib`;
  const names = ["torch_cpu", "c10", ...cudaLibraries(libtorch)];
  if (os === "windows") {
    return [
      "/nologo",
      "/LD",
      "/MD",
      ...objects,
      `/Fe${library}`,
      "/link",
      `/LIBPATH:${folder}`,
      ...names.map((name) => `${name}.lib`),
      // Nothing here refers to the CUDA library, so it would be left out.
      ...(names.includes("torch_cuda") ? ["/INCLUDE:?warp_size@cuda@at@@YAHXZ"] : []),
    ];
  }
  const common = [
    "-o",
    library,
    ...objects,
    os === "darwin" ? "-dynamiclib" : "-shared",
  ];
  const libraries = [`-L${folder}`, ...names.map((name) => `-l${name}`)];
  const place = ["-Xlinker", "-rpath", "-Xlinker", rpath];
  if (os === "darwin") return [...common, ...libraries, ...place];
  return [
    ...common,
    // The CUDA libraries register themselves when loaded; nothing here refers to them by name.
    "-Wl,--no-as-needed",
    ...libraries,
    ...place,
    // Before LD_LIBRARY_PATH, so that no other libtorch is loaded than the one this is built for.
    "-Wl,--disable-new-dtags",
    // What is missing shows here and when the library is opened, not when a function is first called.
    "-Wl,-z,defs",
    "-Wl,-z,now",
    // The CUDA libraries need others that are found only when they are loaded.
    "-Wl,--allow-shlib-undefined",
  ];
}

/**
 * Where the library looks for libtorch: in its folder, or, if it is to serve wherever it is put, in the link
 * {@linkcode LIBTORCH_LINK} beside it.
 */
export function rpathOf(libtorch: Libtorch, portable: boolean, os: Os = Deno.build.os): string {
  if (!portable) return `${libtorch.path}/lib`;
  return `${os === "darwin" ? "@loader_path" : "$ORIGIN"}/${LIBTORCH_LINK}/lib`;
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
