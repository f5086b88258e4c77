/**
 * Making what is not there: libtorch fetched, the native library fetched ready-made or else compiled.
 *
 * @module
 */

import { librariesOf } from "../../ffi/library_files.ts";
import { libraryFileName, type Libtorch } from "../../ffi/libtorch.ts";
import { lacksSource, libraryKey, packageKeyOf, sourceHash } from "../../ffi/locate.ts";
import { howToSetUp } from "../../ffi/setup_advice.ts";
import { abiVersion } from "../../ffi/symbols.ts";
import { realPlace } from "../base/compiled.ts";
import { type ApprenticeError, ChecksumError, SetupError } from "../base/errors.ts";
import { makeFolder, makeFolderAtomic } from "../base/files.ts";
import { VERSION } from "../base/version.ts";
import { buildLibrary } from "./build.ts";
import { type Compiler, compilerCandidates, findCompiler } from "./compiler.ts";
import { describeLibraries, writeRecord } from "./library_record.ts";
import { obtainLibtorch } from "./libtorch.ts";
import { PREBUILT, prebuiltFor } from "./prebuilt.ts";
import { fetchOffer, type Origin, placeOffer } from "./prebuilt_offer.ts";
import { probeLibrary } from "./probe.ts";
import type { Site } from "./site.ts";

/** What {@linkcode makeLibrary} made. */
export interface Made {
  /** The library's path. */
  readonly library: string;
  /** The libtorch that it uses. */
  readonly libtorch: Libtorch;
  /** Whether the library was compiled here; false if it was fetched. */
  readonly compiled: boolean;
}

/**
 * Makes the library, and libtorch where that is not there; the lock is held.
 *
 * @throws As `setup` does.
 */
export async function makeLibrary(given: Site): Promise<Made> {
  const { surroundings, env, source, cache, report } = given;
  const packageKey = packageKeyOf(source);
  // What takes no time or little comes first: nobody should wait for libtorch to hear that the rest is impossible.
  const compiler = await whatCompiles(given);
  const site = withoutCompiler(given, compiler);
  const offer = await fetchOffer(site);
  if (compiler instanceof SetupError && offer.file === undefined) {
    throw neither(compiler, offer.failure);
  }
  const { wheel } = site;
  const own = env("LIBTORCH");
  const libtorch = await obtainLibtorch({ ...surroundings, wheel, cache, own, env, report });
  report.line(`libtorch ${libtorch.version} (${libtorch.variant}) in ${libtorch.path}`);

  const native = `${cache}/native`;
  const folder = `${native}/${libraryKey(packageKey, libtorch)}`;
  await makeFolder(native);
  const compiled = await makeFolderAtomic(folder, async (temporary) => {
    const { placed, failure } = await placeOffer(offer, libtorch, temporary, report);
    let origin = offer.origin;
    if (!placed) {
      if (compiler instanceof SetupError) throw neither(compiler, failure);
      await build(site, libtorch, compiler, temporary);
      origin = { compiler: compiler.version };
    }
    if (packageKeyOf(source) !== packageKey) {
      throw new SetupError("The native source was edited while it was built; run set-up again.");
    }
    await record(site, libtorch, temporary, folder, origin!);
    return !placed;
  });
  return { library: `${folder}/${libraryFileName("apprentice")}`, libtorch, compiled };
}

/** The compiler, or what stands in the way of compiling. */
async function whatCompiles({ surroundings, env, source }: Site): Promise<Compiler | SetupError> {
  if (lacksSource(source)) {
    return new SetupError(`There is no native source in ${source.href}. ${howToSetUp()}.`);
  }
  try {
    return await findCompiler(surroundings.compilers ?? compilerCandidates(env("CXX")));
  } catch (error) {
    if (error instanceof SetupError) return error;
    throw error;
  }
}

/** The site with the wheel for the CPU, if nothing can be compiled and there is a library for that one only. */
function withoutCompiler(site: Site, compiler: Compiler | SetupError): Site {
  const { surroundings, source, wheel, instead, report, compile } = site;
  const table = surroundings.prebuilt ?? PREBUILT;
  if (!(compiler instanceof SetupError) || !wheel || !instead || compile) return site;
  if (prebuiltFor(table, source, wheel) || !prebuiltFor(table, source, instead)) return site;
  report.line(
    `There is an NVIDIA driver, but no compiler: for libtorch for CUDA the native library has to be compiled. Taking ` +
      `libtorch for the CPU. ${compiler.message}`,
  );
  return { ...site, wheel: instead };
}

/** Compiles the library. */
async function build(
  { source, cache, report }: Site,
  libtorch: Libtorch,
  compiler: Compiler,
  output: string,
): Promise<void> {
  const native = `${cache}/native`;
  const built = await buildLibrary({
    source,
    libtorch,
    compiler,
    output,
    kept: native,
    report,
  });
  await probeLibrary(built, libtorch);
}

/** Writes down what the library in `temporary` is, which will be found in `folder`. */
async function record(
  { source }: Site,
  libtorch: Libtorch,
  temporary: string,
  folder: string,
  origin: Origin,
): Promise<void> {
  const name = libraryFileName("apprentice");
  const [library] = await describeLibraries([`${temporary}/${name}`]);
  await writeRecord(temporary, {
    libtorch,
    package: VERSION,
    origin: realPlace(source),
    source: sourceHash(source) ?? null,
    ...origin,
    abi: abiVersion,
    date: new Date().toISOString(),
    files: [
      { ...library, path: `${folder}/${name}` },
      ...await describeLibraries(librariesOf(libtorch.path)),
    ],
  });
}

/** The library can neither be compiled nor fetched. */
function neither(compiler: SetupError, fetched?: ApprenticeError): ApprenticeError {
  if (fetched === undefined) return compiler;
  const Kind = fetched instanceof ChecksumError ? ChecksumError : SetupError;
  return new Kind(
    `The native library could be neither fetched nor built.\n  ${fetched.message}\n  ${compiler.message}`,
    { cause: fetched },
  );
}
