/**
 * Set-up: libtorch and the native library, found or made.
 *
 * @module
 */

import { librariesOf, libraryDamage } from "../../ffi/library_files.ts";
import { type Libtorch, readIfThere } from "../../ffi/libtorch.ts";
import {
  locate,
  type Located,
  NATIVE_SOURCE,
  packageKeyOf,
  readBuildRecord,
} from "../../ffi/locate.ts";
import { realPlace } from "../base/compiled.ts";
import { ApprenticeError, FileError, SetupError } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import { cacheRoot } from "../base/paths.ts";
import { readEnv } from "../base/read_env.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { askedForCuda, locateAsked, refuseOwn } from "./asked.ts";
import { compareLibraries, describeLibraries, writeRecord } from "./library_record.ts";
import {
  callbackReport,
  type Report,
  type SetupProgress,
  silentReport,
  terminalReport,
} from "./report.ts";
import type { SetupSurroundings, Site } from "./site.ts";

export type { SetupSurroundings } from "./site.ts";

/** Options of {@linkcode setup}. */
export interface SetupOptions {
  /** Make the library anew even if it is there (default false). */
  force?: boolean;
  /** Compile the library here, though one could be fetched; one that was fetched is replaced (default false). */
  build?: boolean;
  /**
   * Whether libtorch for CUDA is fetched (2.5 GB), or that for the CPU. By default what `APPRENTICE_CUDA` says (`1` or
   * `0`), else what is there already, else CUDA where an NVIDIA driver is found that runs it. A libtorch that `LIBTORCH`
   * names is obeyed.
   */
  cuda?: boolean;
  /** Say nothing on standard error (default false). */
  quiet?: boolean;
  /** Called with every step instead of writing to standard error. */
  onProgress?: (progress: SetupProgress) => void;
}

/** What set-up left behind. */
export interface SetupResult {
  /** The native library's path. */
  library: string;
  /** The libtorch that it uses; not known where `APPRENTICE_LIBRARY` names the library. */
  libtorch?: Libtorch;
  /** Whether the library was compiled now; false if all was there, or it was fetched. */
  built: boolean;
  /** Whether the library was fetched now, compiled beforehand. */
  fetched: boolean;
}

/**
 * Makes everything ready that tensors need: finds libtorch or fetches it, and fetches the native library that was
 * compiled for it beforehand. Where there is none, or it cannot be had or does not work here, compiles it. Does nothing
 * if all is there and as it was made: what is damaged is made or fetched anew. Several processes may do this at once.
 *
 * @throws {SetupError} If the library can neither be fetched nor compiled (there is no compiler, or it refuses), or
 * libtorch cannot be had: for CUDA also where the driver is too old.
 * @throws {VersionError} If `LIBTORCH` names a version that is not supported.
 * @throws {ChecksumError} If what was downloaded is damaged, and cannot be compiled instead.
 * @throws {LibraryError} If the library was built and cannot be opened.
 * @throws {FileError} If the cache cannot be written, or its disk has no room.
 *
 * @example
 * ```ts ignore
 * import { setup } from "@apprentice/distill/setup";
 *
 * const { library, libtorch } = await setup();
 * console.log(library, libtorch?.version);
 * ```
 */
export async function setup(options: SetupOptions = {}): Promise<SetupResult> {
  return await setupIn({}, options);
}

/**
 * {@linkcode setup} in given surroundings.
 *
 * @throws As {@linkcode setup} does.
 */
export async function setupIn(
  surroundings: SetupSurroundings,
  options: SetupOptions = {},
): Promise<SetupResult> {
  const env = surroundings.env ?? ((name: string) => Deno.env.get(name));
  const source = surroundings.source ?? NATIVE_SOURCE;
  const explicit = env("APPRENTICE_LIBRARY");
  if (explicit) {
    const { library } = locate({ env, source });
    const damage = library === null ? `${explicit}: there is no such file` : libraryDamage(library);
    if (library !== null && damage === null) {
      return { library, libtorch: undefined, built: false, fetched: false };
    }
    throw new SetupError(
      `APPRENTICE_LIBRARY is ${damage}. Unset it to have the library built.`,
    );
  }

  const cache = cacheRoot(env);
  const packageKey = packageKeyOf(source);
  const report = chooseReport(options);
  const asked = askedForCuda(options.cuda, surroundings.env ?? readEnv);
  refuseOwn(options.cuda, env);
  const find = async (say?: Report): Promise<SetupResult | undefined> => {
    const found = await findSound(
      await locateAsked({ surroundings, env, source, cache, asked }),
      say,
    );
    const other = options.build && found && readBuildRecord(folderOf(found.library))?.prebuilt;
    return other ? undefined : found;
  };
  const there = options.force ? undefined : await find(report);
  if (there) {
    if (env("LIBTORCH") || asked !== undefined) await pointTo(cache, packageKey, there.library);
    return there;
  }

  const { lockCache } = await import("./lock.ts");
  using _lock = await lockCache(
    cache,
    () => report.line("Another set-up is running; waiting for it."),
  );
  const madeMeanwhile = options.force ? undefined : await find();
  if (madeMeanwhile) return madeMeanwhile;
  try {
    const compile = options.build ?? false;
    const site = { surroundings, env, source, cache, report, compile };
    if (env("LIBTORCH")) return await make(site, packageKey);
    const { chooseWheel } = await import("./choose_wheel.ts");
    const { note, ...chosen } = await chooseWheel(asked, surroundings);
    if (note !== undefined) report.line(note);
    return await make({ ...site, ...chosen }, packageKey);
  } catch (error) {
    // What the system says of a full disk or a folder that went away is no error of ours yet.
    const ofTheSystem = (error as { code?: string }).code !== undefined && !isNotAllowed(error);
    if (error instanceof ApprenticeError || !ofTheSystem) throw error;
    throw new FileError(
      `Set-up could not work in ${cache}: ${(error as Error).message}. Make room there, or set ` +
        "APPRENTICE_CACHE to another folder.",
      { cause: error },
    );
  }
}

/** What was found, if it is still as it was made. What an earlier version built is written down now. */
async function findSound(located: Located, report?: Report): Promise<SetupResult | undefined> {
  const { library, libtorch, files } = located;
  if (library === null || libtorch === undefined) return undefined;
  const seen = libraryDamage(library, libtorch.path, files);
  const { damage, files: now } = seen !== null
    ? { damage: seen, files: [] }
    : files === undefined
    ? { damage: null, files: await describeLibraries([library, ...librariesOf(libtorch.path)]) }
    : await compareLibraries(files, false);
  if (damage !== null) {
    report?.line(`${damage}; making it anew.`);
    return undefined;
  }
  if (JSON.stringify(now) !== JSON.stringify(files)) {
    const folder = folderOf(library);
    const record = readBuildRecord(folder);
    // Where it cannot be written, it is read anew the next time.
    if (record) await writeRecord(folder, { ...record, files: now }).catch(() => {});
  }
  return { library, libtorch, built: false, fetched: false };
}

/** Makes what is not there; the lock is held. */
async function make(site: Site, packageKey: string): Promise<SetupResult> {
  // Loaded only now, because set-up is called often and seldom has anything to make.
  const { makeLibrary } = await import("./make.ts");
  const { cache, source, report } = site;
  const { removeLeftovers, removeOlder } = await import("./clean.ts");
  await removeLeftovers(cache);
  const { library, libtorch, compiled } = await makeLibrary(site);
  await pointTo(cache, packageKey, library);
  await removeOlder(`${cache}/native`, realPlace(source), packageKey);
  report.line(`Ready: ${library}`);
  return { library, libtorch, built: compiled, fetched: !compiled };
}

/** The folder that a library lies in. */
function folderOf(library: string): string {
  return library.replace(/[/\\][^/\\]*$/, "");
}

/** Makes a library the one that is used when `LIBTORCH` is not set. */
async function pointTo(cache: string, packageKey: string, library: string): Promise<void> {
  const pointer = `${cache}/native/${packageKey}.default`;
  const key = library.split("/").at(-2) ?? "";
  const before = readIfThere(pointer) ?? "";
  if (before.trim() !== key) await writeAtomic(pointer, key + "\n");
}

function chooseReport({ quiet, onProgress }: SetupOptions): Report {
  if (onProgress) return callbackReport(onProgress);
  return quiet ? silentReport : terminalReport;
}
