/**
 * What a hub may name files, commits and checksums.
 *
 * @module
 */

/**
 * Whether a name with slashes stays below the folder it is joined to, on every system: no `..`, no empty part,
 * nothing absolute, no drive, no backslash, no control character.
 */
export function isSafePath(name: string): boolean {
  if (name.length === 0 || name.length > 1000) return false;
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f\\:*?"<>|]/.test(name)) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Whether a name can only be that of a commit. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** An ETag without quotes and without the mark of a weak one. */
export function plainETag(etag: string): string {
  return etag.replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
}

/** Whether an ETag can be a file's name. */
export function isSafeETag(etag: string): boolean {
  return /^[\w+=-][\w.+=-]{0,199}$/.test(etag);
}
