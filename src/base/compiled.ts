/**
 * Programs that `deno compile` made. What is different in one is asked here, and told in `docs/compile.md`.
 *
 * @module
 */

import { pathToFileURL } from "node:url";

/**
 * Whether this is such a program. It has the files only that were compiled into it, and `Deno.execPath()` is the
 * program itself: a child process started by that name would run the user's script once more, so none is.
 */
export function isCompiled(): boolean {
  return Deno.build.standalone;
}

/**
 * Where a file or folder of this package lies that was found beside its code. In a compiled program that is a place that no
 * other program can open, and has the name of the file that another program may have, too: there it is the program itself.
 */
export function realPlace(url: URL): string {
  return isCompiled() ? pathToFileURL(Deno.execPath()).href : url.href;
}
