/**
 * Set-up: libtorch and the native library, found or made.
 *
 * @module
 */

import { librariesOf, libraryDamage } from "../../ffi/library_files.ts";
import { libraryFileName, type Libtorch, readIfThere } from "../../ffi/libtorch.ts";
import {
  type BuildRecord,
  lacksSource,
  libraryKey,
  locate,
  type Located,
  NATIVE_SOURCE,
  packageKeyOf,
  readBuildRecord,
  sourceHash,
} from "../../ffi/locate.ts";
import { howToSetUp } from "../../ffi/setup_advice.ts";
import { realPlace } from "../base/compiled.ts";
import { ApprenticeError, FileError, SetupError } from "../base/errors.ts";
import { makeFolder, makeFolderAtomic, writeAtomic } from "../base/files.ts";
import { cacheRoot } from "../base/paths.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { VERSION } from "../base/version.ts";
import { compareLibraries, describeLibraries } from "./library_record.ts";
import type { LibtorchOptions } from "./libtorch.ts";
import {
  callbackReport,
  type Report,
  type SetupProgress,
  silentReport,
  terminalReport,
} from "./report.ts";

/** Options of {@linkcode setup}. */
export interface SetupOptions {
  /** Build the library anew even if it is there (default false). */
  force?: boolean;
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
  /** Whether the library was built now; false if all was there. */
  built: boolean;
}

/** Everything of the surroundings that set-up depends on, so that tests can replace it. */
export interface SetupSurroundings
  extends Partial<Pick<LibtorchOptions, "wheel" | "pip" | "connectTimeout" | "idleTimeout">> {
  /** Reads an environment variable. */
  env?: (name: string) => string | undefined;
  /** The folder of the native source. */
  source?: URL;
  /** Ways to call the compiler, in order. */
  compilers?: string[][];
}

/**
 * Makes everything ready that tensors need: finds libtorch or fetches it, and builds the native library
 * against it. Does nothing if all is there and as it was made: what is damaged is made or fetched anew. Several
 * processes may do this at once.
 *
 * @throws {SetupError} If there is no compiler, it refuses, or libtorch cannot be had.
 * @throws {VersionError} If `LIBTORCH` names a version that is not supported.
 * @throws {ChecksumError} If what was downloaded is damaged.
 * @throws {LibraryError} If the library was built and cannot be opened.
 * @throws {FileError} If the cache cannot be written.
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
    if (library !== null && damage === null) return { library, libtorch: undefined, built: false };
    throw new SetupError(
      `APPRENTICE_LIBRARY is ${damage}. Unset it to have the library built.`,
    );
  }

  const cache = cacheRoot(env);
  const packageKey = packageKeyOf(source);
  const report = chooseReport(options);
  const find = (say?: Report): Promise<SetupResult | undefined> =>
    findSound(locate({ env, source }), say);
  const there = options.force ? undefined : await find(report);
  if (there) {
    if (env("LIBTORCH")) await pointTo(cache, packageKey, there.library);
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
    return await make(surroundings, env, source, cache, packageKey, report);
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
    const folder = library.replace(/[/\\][^/\\]*$/, "");
    const record = readBuildRecord(folder);
    // Where it cannot be written, it is read anew the next time.
    if (record) await writeRecord(folder, { ...record, files: now }).catch(() => {});
  }
  return { library, libtorch, built: false };
}

function writeRecord(folder: string, record: BuildRecord): Promise<void> {
  return writeAtomic(`${folder}/build.json`, JSON.stringify(record, null, 2) + "\n");
}

/** Makes what is not there; the lock is held. */
async function make(
  surroundings: SetupSurroundings,
  env: (name: string) => string | undefined,
  source: URL,
  cache: string,
  packageKey: string,
  report: Report,
): Promise<SetupResult> {
  // Loaded only now, because set-up is called often and seldom has anything to make.
  const { obtainLibtorch } = await import("./libtorch.ts");
  const { compilerCandidates, findCompiler } = await import("./compiler.ts");
  const { buildLibrary } = await import("./build.ts");
  const { probeLibrary } = await import("./probe.ts");

  await removeLeftovers(cache);
  if (lacksSource(source)) {
    throw new SetupError(`There is no native source in ${source.href}. ${howToSetUp()}.`);
  }
  // First, because it takes no time: nobody should wait for a download to hear that there is no compiler.
  const compiler = await findCompiler(surroundings.compilers ?? compilerCandidates(env("CXX")));
  const libtorch = await obtainLibtorch({ ...surroundings, cache, own: env("LIBTORCH"), report });
  report.line(`libtorch ${libtorch.version} (${libtorch.variant}) in ${libtorch.path}`);

  const native = `${cache}/native`;
  const folder = `${native}/${libraryKey(packageKey, libtorch)}`;
  await makeFolder(native);
  await makeFolderAtomic(folder, async (temporary) => {
    const built = await buildLibrary({
      source,
      libtorch,
      compiler,
      output: temporary,
      objects: `${native}/objects`,
      log: `${native}/build.log`,
      report,
    });
    const { abi } = await probeLibrary(built, libtorch);
    if (packageKeyOf(source) !== packageKey) {
      throw new SetupError("The native source was edited while it was built; run set-up again.");
    }
    const record: BuildRecord = {
      libtorch,
      package: VERSION,
      origin: realPlace(source),
      source: sourceHash(source) ?? null,
      compiler: compiler.version,
      abi,
      date: new Date().toISOString(),
      files: [
        ...(await describeLibraries([built])).map((file) => ({
          ...file,
          path: `${folder}/${libraryFileName("apprentice")}`,
        })),
        ...await describeLibraries(librariesOf(libtorch.path)),
      ],
    };
    await writeRecord(temporary, record);
  });
  const library = `${folder}/${libraryFileName("apprentice")}`;
  await pointTo(cache, packageKey, library);
  await removeOlder(native, realPlace(source), packageKey);
  report.line(`Ready: ${library}`);
  return { library, libtorch, built: true };
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

/** Removes what was built from earlier states of the same source folder; the lock is held. */
async function removeOlder(native: string, origin: string, packageKey: string): Promise<void> {
  for (const entry of [...Deno.readDirSync(native)]) {
    const record = entry.isDirectory ? readBuildRecord(`${native}/${entry.name}`) : undefined;
    if (!record?.source || record.origin !== origin) continue;
    const key = `${record.package}-${record.source}`;
    if (key === packageKey) continue;
    await Deno.remove(`${native}/${entry.name}`, { recursive: true }).catch(() => {});
    await Deno.remove(`${native}/${key}.default`).catch(() => {});
  }
}

/** Removes what set-ups that were killed left under temporary names; the lock is held. */
async function removeLeftovers(cache: string): Promise<void> {
  const weekAgo = Date.now() - 7 * 24 * 3600_000;
  for (const name of ["libtorch", "download", "native", "native/objects"]) {
    const folder = `${cache}/${name}`;
    try {
      for await (const entry of Deno.readDir(folder)) {
        const path = `${folder}/${entry.name}`;
        const { mtime } = await Deno.stat(path);
        const old = entry.name.endsWith(".o") && mtime !== null && mtime.getTime() < weekAgo;
        if (entry.name.endsWith(".tmp") || old) await Deno.remove(path, { recursive: true });
      }
    } catch (error) {
      if (isNotAllowed(error)) throw error;
      // The folder is not there, or what is in it cannot be removed: then it stays.
    }
  }
}
