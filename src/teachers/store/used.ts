/**
 * When something of the store was last used: the time of a file beside it.
 *
 * @module
 */

/** A use is noted at most this often, in milliseconds. */
const EVERY = 60_000;

const noted = new Map<string, number>();

/** Notes that a variant's shards are in use. Does nothing where the store can only be read. */
export function touchUsed(folder: string): void {
  const now = Date.now();
  if (now - (noted.get(folder) ?? -Infinity) < EVERY) return;
  noted.set(folder, now);
  try {
    Deno.writeTextFileSync(`${folder}/used`, "");
    Deno.utimeSync(`${folder}/used`, now / 1000, now / 1000);
  } catch {
    // It only tells what to evict first.
  }
}

/** When a variant's shards were last used, in milliseconds since 1970; 0 if that is not known. */
export function lastUsed(folder: string): number {
  for (const path of [`${folder}/used`, folder]) {
    try {
      return Deno.statSync(path).mtime?.getTime() ?? 0;
    } catch {
      // The next may tell.
    }
  }
  return 0;
}
