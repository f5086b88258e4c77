/**
 * The files that gates look at.
 *
 * @module
 */

import { join } from "@std/path";

/** All TypeScript files below `place`, which is a folder or such a file under `root`; paths start at the root. */
export function* sources(root: string, place: string): Generator<string> {
  const path = join(root, place);
  if (!Deno.statSync(path).isDirectory) return yield place;
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    if (isDirectory) yield* sources(root, join(place, name));
    else if (name.endsWith(".ts")) yield join(place, name);
  }
}
