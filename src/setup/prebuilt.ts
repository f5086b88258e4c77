/**
 * Native libraries that were compiled beforehand. A release has a table of them, with their checksums; the table of a
 * checkout is empty, and one that was made from other source than what lies there has nothing that fits.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import type { Libtorch } from "../../ffi/libtorch.ts";
import { sourceHash } from "../../ffi/locate.ts";
import { VERSION } from "../base/version.ts";
import table from "./prebuilt.json" with { type: "json" };

/** One library of the table. */
export interface PrebuiltLibrary {
  /** The version of libtorch that it was compiled against; it fits that one only. */
  readonly libtorch: string;
  /** What that libtorch was built for: `"cpu"`, `"cu130"`. */
  readonly variant: string;
  /** The system, as `Deno.build.os` names it. */
  readonly os: string;
  /** The processor, as `Deno.build.arch` names it. */
  readonly arch: string;
  /** The file's name below the table's address. */
  readonly file: string;
  /** The file's size in bytes. */
  readonly size: number;
  /** The file's SHA-256. */
  readonly sha256: string;
  /** The compiler's first line of `--version`. */
  readonly compiler: string;
}

/** What was compiled beforehand for one release. */
export interface PrebuiltTable {
  /** The version of this package that the table is of. */
  readonly package: string;
  /** The hash of the native source; null if nothing was compiled. */
  readonly source: string | null;
  /** Where the files lie; null if nowhere. */
  readonly base: string | null;
  /** The libraries. */
  readonly libraries: readonly PrebuiltLibrary[];
}

/** The table that came with this package. */
export const PREBUILT: PrebuiltTable = table;

/** A system, as `Deno.build` names it. */
export type System = Pick<typeof Deno.build, "os" | "arch">;

/**
 * The library that was compiled from this source, for this libtorch, version and variant, and for this system.
 *
 * @param source The folder of the native source. Where it cannot be listed (the package was imported over HTTP, or is part
 * of a bundled or compiled program), the table is of the package that the code is of, and its version has to be the same.
 * @returns Undefined if there is none.
 */
export function prebuiltFor(
  table: PrebuiltTable,
  source: URL,
  libtorch: Pick<Libtorch, "version" | "variant">,
  system: System = Deno.build,
): PrebuiltLibrary | undefined {
  const hash = sourceHash(source);
  const same = hash === undefined ? table.package === VERSION : hash === table.source;
  if (!same) return undefined;
  return table.libraries.find((library) =>
    library.libtorch === libtorch.version && library.variant === libtorch.variant &&
    library.os === system.os && library.arch === system.arch
  );
}

/** The address of a library: below `APPRENTICE_PREBUILT`, an address or a folder, or else below the table's own. */
export function prebuiltUrl(
  table: PrebuiltTable,
  library: PrebuiltLibrary,
  env: (name: string) => string | undefined,
): string | undefined {
  const base = env("APPRENTICE_PREBUILT") || table.base;
  if (!base) return undefined;
  // One letter is a drive.
  const address = /^[a-z][a-z\d+.-]+:/i.test(base) ? base : pathToFileURL(base).href;
  return `${address.replace(/\/+$/, "")}/${encodeURIComponent(library.file)}`;
}
