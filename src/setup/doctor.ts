/**
 * Finding out what is there, where, and why something is not.
 *
 * @module
 */

import { libraryDamage } from "../../ffi/library_files.ts";
import {
  inspectLibtorch,
  isSupportedVersion,
  type Libtorch,
  NEWEST_LIBTORCH,
  OLDEST_LIBTORCH,
} from "../../ffi/libtorch.ts";
import { type BuildRecord, locate, NATIVE_SOURCE, readBuildRecord } from "../../ffi/locate.ts";
import { setupAdvice, setupCommand } from "../../ffi/setup_advice.ts";
import { realPlace } from "../base/compiled.ts";
import { ApprenticeError, SetupError } from "../base/errors.ts";
import { cacheRoot } from "../base/paths.ts";
import { passPermission } from "../base/regular_files.ts";
import { probeFolder } from "../base/temporaries.ts";
import { VERSION } from "../base/version.ts";
import { runCommand } from "./commands.ts";
import { compilerCandidates, findCompiler, installHint } from "./compiler.ts";
import { compareLibraries } from "./library_record.ts";
import { CUDA_VARIABLE } from "./asked.ts";
import { wheelOf } from "./choose_wheel.ts";
import { type CudaReport, inspectCuda } from "./cuda.ts";
import { cudaNext } from "./cuda_advice.ts";
import type { LibraryFacts } from "./library_facts.ts";
import { cachedLibtorch } from "./libtorch.ts";
import { PIP_COMMANDS } from "./pip.ts";
import { PREBUILT, prebuiltFor, prebuiltUrl } from "./prebuilt.ts";
import { probeLibrary } from "./probe.ts";
import type { SetupSurroundings } from "./site.ts";
import { wheelFor } from "./wheel.ts";

/** What {@linkcode doctor} found. */
export interface DoctorReport {
  /** Whether tensors can be used as things are. */
  usable: boolean;
  /** This package: its version and where it was loaded from. */
  package: { version: string; source: string };
  /** What runs it. */
  system: { deno: string; os: string; arch: string; processors: number };
  /** The folder of the cache, and why it cannot be written, if so. */
  cache: { path: string; problem: string | null };
  /** The native library: where it is, how it was built, what it says, what is wrong with it. */
  library: {
    path: string | null;
    searched: string[];
    built: BuildRecord | null;
    facts: LibraryFacts | null;
    problem: string | null;
  };
  /** The libtorch that the library uses or, where there is no library, the one it would be built for. */
  libtorch: Libtorch | null;
  /** What is wrong with the libtorch that `LIBTORCH` names, if so. */
  libtorchProblem: string | null;
  /** The compiler's version; null if there is none. */
  compiler: string | null;
  /** Where set-up would fetch a library from that was compiled beforehand; null if none fits. */
  prebuilt: string | null;
  /** How pip is called, which set-up may fetch libtorch with; null if there is none. */
  pip: string | null;
  /** The devices that tensors can be on: `"cpu"`, `"cuda:0"`. */
  devices: string[];
  /** Whether CUDA can be used, and why. */
  cuda: CudaReport;
  /** What to do next, most pressing first; empty if nothing is left to do. */
  next: string[];
}

/**
 * Looks at everything that set-up makes and needs. Changes nothing and downloads nothing.
 *
 * @example
 * ```ts ignore
 * import { doctor } from "@apprentice/distill/setup";
 *
 * const report = await doctor();
 * if (!report.usable) console.log(report.next.join("\n"));
 * ```
 */
export async function doctor(): Promise<DoctorReport> {
  return await doctorIn({});
}

/** {@linkcode doctor} in given surroundings. */
export async function doctorIn(surroundings: SetupSurroundings): Promise<DoctorReport> {
  const env = surroundings.env ?? ((name: string) => Deno.env.get(name));
  const source = surroundings.source ?? NATIVE_SOURCE;
  const cache = inspectCache(env);
  const library = await inspectLibrary(env, source);
  const { libtorch, problem } = library.libtorch
    ? { libtorch: library.libtorch, problem: null }
    : env("LIBTORCH")
    ? inspectOwn(env("LIBTORCH")!)
    : { libtorch: fetchedLibtorch(cache.path, env, surroundings), problem: null };
  const compiler = await findCompiler(surroundings.compilers ?? compilerCandidates(env("CXX")))
    .then(({ version }) => version, () => null);
  const { driver } = surroundings;
  const cuda = await inspectCuda(libtorch ?? undefined, library.facts?.cudaDevices, env, driver);
  const report: DoctorReport = {
    usable: library.facts !== null,
    package: { version: VERSION, source: realPlace(new URL("../../", import.meta.url)) },
    system: {
      deno: Deno.version.deno,
      os: Deno.build.os,
      arch: Deno.build.arch,
      processors: navigator.hardwareConcurrency,
    },
    cache,
    library: {
      path: library.path,
      searched: library.searched,
      built: library.path
        ? readBuildRecord(library.path.replace(/[/\\][^/\\]*$/, "")) ?? null
        : null,
      facts: library.facts,
      problem: library.problem,
    },
    libtorch,
    libtorchProblem: problem,
    compiler,
    prebuilt: inspectPrebuilt(surroundings, env, source, libtorch),
    pip: await findPip(surroundings.pip ?? PIP_COMMANDS),
    devices: library.facts ? ["cpu", ...cudaNames(library.facts.cudaDevices)] : [],
    cuda,
    next: [],
  };
  report.next = whatNext(report);
  return report;
}

/** The advice that follows from a report. */
export function whatNext(report: DoctorReport): string[] {
  const next: string[] = [];
  if (report.cache.problem && !report.usable) {
    next.push("Set APPRENTICE_CACHE to a folder that can be written.");
  }
  if (report.libtorchProblem) {
    next.push(
      "Set LIBTORCH to a libtorch or to the torch folder of a Python installation, of version " +
        `${OLDEST_LIBTORCH} to ${NEWEST_LIBTORCH}, or unset it to have one fetched.`,
    );
  }
  if (!report.usable) {
    if (!report.compiler && !report.prebuilt) {
      next.push(`Install a C++ compiler: ${installHint()}.`);
    }
    const missing = report.library.path === null;
    const command = setupCommand(!missing);
    if (command === null) next.push(`${setupAdvice(!missing)}.`);
    else if (missing) next.push(`Run: ${command}`);
    else next.push(`Have it, and libtorch if that is damaged, made anew: ${command}`);
  }
  return [...next, ...cudaNext(report)];
}

function cudaNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `cuda:${i}`);
}

async function inspectLibrary(env: (name: string) => string | undefined, source: URL): Promise<{
  path: string | null;
  searched: string[];
  libtorch?: Libtorch;
  facts: LibraryFacts | null;
  problem: string | null;
}> {
  try {
    const { library: path, libtorch, files, searched } = locate({ env, source });
    if (!path) return { path, searched, facts: null, problem: "it is not there" };
    const damage = libraryDamage(path, libtorch?.path, files) ??
      (await compareLibraries(files ?? [], true)).damage;
    if (damage !== null) return { path, searched, libtorch, facts: null, problem: damage };
    try {
      return { path, searched, libtorch, facts: await probeLibrary(path, libtorch), problem: null };
    } catch (error) {
      return { path, searched, libtorch, facts: null, problem: (error as Error).message };
    }
  } catch (error) {
    if (!(error instanceof ApprenticeError)) throw error;
    return { path: null, searched: [], facts: null, problem: error.message };
  }
}

/** The libtorch that `LIBTORCH` names. */
function inspectOwn(own: string): { libtorch: Libtorch | null; problem: string | null } {
  const libtorch = inspectLibtorch(own);
  if (typeof libtorch === "string") {
    return { libtorch: null, problem: `LIBTORCH is ${own}: ${libtorch}` };
  }
  const problem = isSupportedVersion(libtorch.version)
    ? null
    : `LIBTORCH is ${own}: version ${libtorch.version} is not supported`;
  return { libtorch, problem };
}

/** The libtorch that set-up has fetched, if it has: that for CUDA where it was asked for, or is the only one. */
function fetchedLibtorch(
  cache: string,
  env: (name: string) => string | undefined,
  surroundings: SetupSurroundings,
): Libtorch | null {
  const order = env(CUDA_VARIABLE) === "1" ? ["cuda", "cpu"] as const : ["cpu", "cuda"] as const;
  for (const build of order) {
    try {
      const there = cachedLibtorch(cache, wheelOf(build, surroundings));
      if (there) return there;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error; // none is known for this system
    }
  }
  return null;
}

/** The address of the library that set-up would fetch for this libtorch, or the one that it would fetch. */
function inspectPrebuilt(
  { prebuilt = PREBUILT, wheel }: SetupSurroundings,
  env: (name: string) => string | undefined,
  source: URL,
  libtorch: Libtorch | null,
): string | null {
  try {
    const library = prebuiltFor(prebuilt, source, libtorch ?? wheel ?? wheelFor());
    return library ? prebuiltUrl(prebuilt, library, env) ?? null : null;
  } catch (error) {
    passPermission(error);
    return null; // no libtorch is known for this system
  }
}

function inspectCache(env: (name: string) => string | undefined): DoctorReport["cache"] {
  try {
    return { path: cacheRoot(env), problem: writeProblem(cacheRoot(env)) };
  } catch (error) {
    return { path: "", problem: (error as Error).message };
  }
}

/** Why a folder, or the nearest one above it that exists, cannot be written; null if it can. */
function writeProblem(path: string): string | null {
  try {
    if (!Deno.statSync(path).isDirectory) return `${path} is not a folder`;
    probeFolder(path);
    return null;
  } catch (error) {
    const above = path.replace(/[/\\][^/\\]*$/, "");
    if (error instanceof Deno.errors.NotFound && above !== path && above !== "") {
      return writeProblem(above);
    }
    return (error as Error).message;
  }
}

async function findPip(commands: string[][]): Promise<string | null> {
  for (const command of commands) {
    if ((await runCommand([...command, "--version"]))?.code === 0) return command.join(" ");
  }
  return null;
}
