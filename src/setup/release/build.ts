/**
 * Compiles the native library as a release has it: for wherever it is put. It is written into a folder, with a file
 * beside it that says what it is, for `table.ts`.
 *
 *     LIBTORCH=... deno run -A src/setup/release/build.ts FOLDER
 *
 * Without `LIBTORCH` it is compiled for the libtorch that set-up fetches.
 *
 * @module
 */

import { LibraryError } from "../../base/errors.ts";
import { libraryFileName } from "../../../ffi/libtorch.ts";
import { NATIVE_SOURCE, sourceHash } from "../../../ffi/locate.ts";
import { sha256OfFile } from "../../base/file_hashes.ts";
import { makeFolder, makeFolderAtomic } from "../../base/files.ts";
import { cacheRoot } from "../../base/paths.ts";
import { buildLibrary } from "../build.ts";
import { compilerCandidates, findCompiler, LIBTORCH_LINK } from "../compiler.ts";
import { obtainLibtorch } from "../libtorch.ts";
import type { PrebuiltLibrary } from "../prebuilt.ts";
import { probeLibrary } from "../probe.ts";
import { type Report, terminalReport } from "../report.ts";

/** What {@linkcode buildPrebuilt} needs to know. */
export interface PrebuiltOptions {
  /** The libtorch to compile for (default: the one that set-up fetches). */
  readonly own?: string;
  /** The folder of the native source (default: this package's). */
  readonly source?: URL;
  /** The folder of the cache (default: the usual one). */
  readonly cache?: string;
  /** Where to say what is being done. */
  readonly report?: Report;
}

/** A library and the source that it was compiled from. */
export interface DescribedLibrary extends PrebuiltLibrary {
  /** The hash of that source. */
  readonly source: string;
}

/**
 * Compiles the library into a folder, and opens it there.
 *
 * @returns What it is, as the file beside it says.
 * @throws {SetupError} If it cannot be compiled.
 * @throws {LibraryError} If it cannot be opened.
 */
export async function buildPrebuilt(
  folder: string,
  options: PrebuiltOptions = {},
): Promise<DescribedLibrary> {
  const { source = NATIVE_SOURCE, cache = cacheRoot(), report = terminalReport } = options;
  const hash = sourceHash(source);
  if (hash === undefined) throw new LibraryError(`${source.href} has no native source.`);
  const compiler = await findCompiler(compilerCandidates());
  const libtorch = await obtainLibtorch({ cache, own: options.own, report });
  const { version, variant, path } = libtorch;
  const { os, arch } = Deno.build;
  const suffix = libraryFileName("apprentice").replace(/^.*\./, "");
  // The source's hash stands in the name, so that no address ever has two files.
  const file = `apprentice-${hash}-${os}-${arch}-libtorch-${version}-${variant}.${suffix}`;
  await makeFolder(folder);
  const native = `${cache}/native`;
  await makeFolderAtomic(`${native}/release`, async (output) => {
    const library = await buildLibrary({
      source,
      libtorch,
      compiler,
      output,
      kept: native,
      report,
      portable: true,
    });
    if (os !== "windows") await Deno.symlink(path, `${output}/${LIBTORCH_LINK}`);
    await probeLibrary(library, libtorch);
    await Deno.copyFile(library, `${folder}/${file}`);
  });
  await Deno.remove(`${native}/release`, { recursive: true });
  const described: DescribedLibrary = {
    source: hash,
    libtorch: version,
    variant,
    os,
    arch,
    file,
    size: (await Deno.stat(`${folder}/${file}`)).size,
    sha256: await sha256OfFile(`${folder}/${file}`),
    compiler: compiler.version,
  };
  await Deno.writeTextFile(`${folder}/${file}.json`, JSON.stringify(described, null, 2) + "\n");
  return described;
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) {
    console.error("Say the folder to write to.");
    Deno.exit(2);
  }
  console.log(JSON.stringify(await buildPrebuilt(folder, { own: Deno.env.get("LIBTORCH") })));
}
