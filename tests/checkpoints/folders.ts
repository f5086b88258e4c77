/**
 * Where the tests of checkpoints read and write.
 *
 * @module
 */

/** A file of tests/golden/checkpoints/. */
export function golden(name: string): string {
  return new URL(`../golden/checkpoints/${name}`, import.meta.url).pathname;
}

/** Runs `body` with a folder of its own. */
export function inFolder(body: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
