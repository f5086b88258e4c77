/**
 * Titles as names of folders.
 *
 * @module
 */

/** A title as the name of a run. */
export function slug(title: string): string {
  return title.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^-+|-+$/g, "") || "variant";
}
