/**
 * What verifying found, in words.
 *
 * @module
 */

import { formatBytes } from "../base/text.ts";
import type { VerifiedFile } from "./verify.ts";

/** A file's line. */
export function describeVerified(file: VerifiedFile): string {
  const { state, by, size, repo, revision, problem } = file;
  const what = `${repo}@${revision.slice(0, 8)}/${file.file}`;
  const length = formatBytes(size).padStart(9);
  const line = `${state.padEnd(8)} ${(by ?? "-").padEnd(8)} ${length}  ${what}`;
  return problem === null ? line : `${line}: ${problem}`;
}

/** What came of all files, in one line. */
export function summarizeVerified(files: readonly VerifiedFile[], removed: boolean): string {
  if (files.length === 0) return "Nothing of it is in the cache.";
  const damaged = files.filter(({ state }) => state === "damaged").length;
  if (damaged === 0) return `${files.length} files looked at, none damaged.`;
  return `${files.length} files looked at, ${damaged} damaged${
    removed
      ? " and removed: their next use fetches them anew"
      : "; --remove takes them out of the cache"
  }.`;
}
