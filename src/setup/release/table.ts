/**
 * Writes the table of libraries that were compiled beforehand, which goes out with a release.
 *
 *     deno run -A src/setup/release/table.ts FOLDER BASE
 *
 * `FOLDER` has what `build.ts` wrote, `BASE` is the address that the files will be found below.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { NATIVE_SOURCE, sourceHash } from "../../../ffi/locate.ts";
import { ArgumentError } from "../../base/errors.ts";
import { writeAtomic } from "../../base/files.ts";
import { VERSION } from "../../base/version.ts";
import { verifyChecksum } from "../checksum.ts";
import type { PrebuiltTable } from "../prebuilt.ts";
import type { DescribedLibrary } from "./build.ts";

/** The file that set-up reads. */
export const TABLE: URL = new URL("../prebuilt.json", import.meta.url);

/**
 * Puts together what a folder has.
 *
 * @param source The native source that is released (default: this package's).
 * @throws {ArgumentError} If there is nothing, or a library is from other source, or there are two for one use.
 * @throws {ChecksumError} If a file is not what is said beside it.
 */
export async function collectTable(
  folder: string,
  base: string,
  source: URL = NATIVE_SOURCE,
): Promise<PrebuiltTable> {
  const hash = sourceHash(source);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".json")).sort();
  if (names.length === 0 || hash === undefined) {
    throw new ArgumentError(`${folder} has no libraries, or ${source.href} no source.`);
  }
  const uses = new Set<string>();
  const libraries = [];
  for (const name of names) {
    const described = JSON.parse(await Deno.readTextFile(`${folder}/${name}`)) as DescribedLibrary;
    const { source: from, ...library } = described;
    const { libtorch, variant, os, arch, file, sha256 } = library;
    if (from !== hash) {
      throw new ArgumentError(
        `${file} was compiled from the source ${from}, released is ${hash}; compile it anew.`,
      );
    }
    const use = `${os} ${arch}, libtorch ${libtorch} (${variant})`;
    if (uses.has(use)) throw new ArgumentError(`There are two libraries for ${use}: keep one.`);
    uses.add(use);
    await verifyChecksum(`${folder}/${file}`, sha256, `${folder}/${file}`);
    libraries.push(library);
  }
  return { package: VERSION, source: hash, base, libraries };
}

if (import.meta.main) {
  const [folder, base] = Deno.args;
  if (base === undefined) {
    console.error(
      "Say the folder with the libraries, and the address that they will be found below.",
    );
    Deno.exit(2);
  }
  const table = await collectTable(folder, base);
  await writeAtomic(fileURLToPath(TABLE), JSON.stringify(table, null, 2) + "\n");
  for (const { file, sha256 } of table.libraries) console.log(`${sha256}  ${file}`);
}
