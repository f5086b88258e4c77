/**
 * Programs that `deno compile` made. What is different in one is asked here, and told in `docs/compile.md`.
 *
 * @module
 */

/**
 * Whether this is such a program. It has the files only that were compiled into it, and `Deno.execPath()` is the
 * program itself: a child process started by that name would run the user's script once more, so none is.
 */
export function isCompiled(): boolean {
  return Deno.build.standalone;
}
