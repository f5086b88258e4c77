/**
 * Where this package keeps what it makes for itself: libtorch, the built native library, converted
 * data sets, teachers' outputs.
 *
 * @module
 */

import { FileError } from "./errors.ts";

/**
 * The folder of everything that can be made again. In order: `APPRENTICE_CACHE`; `apprentice` in
 * `XDG_CACHE_HOME`; the system's own place (`~/.cache` on Linux, `~/Library/Caches` on macOS,
 * `%LOCALAPPDATA%` on Windows). The folder need not exist yet.
 *
 * @param env Reads an environment variable (default: the process's own).
 * @returns An absolute path without a slash at its end.
 * @throws {FileError} If none of the variables that could tell is set.
 */
export function cacheRoot(
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): string {
  const own = env("APPRENTICE_CACHE");
  if (own) return absolute(own);
  const xdg = env("XDG_CACHE_HOME");
  if (xdg) return `${absolute(xdg)}/apprentice`;
  const windows = Deno.build.os === "windows";
  const home = windows ? env("LOCALAPPDATA") : env("HOME");
  if (!home) {
    throw new FileError(
      `No folder for the cache: neither APPRENTICE_CACHE, XDG_CACHE_HOME nor ` +
        `${
          windows ? "LOCALAPPDATA" : "HOME"
        } is set. Set APPRENTICE_CACHE to a folder that can be written.`,
    );
  }
  if (windows) return `${absolute(home)}/apprentice`;
  const caches = Deno.build.os === "darwin" ? "Library/Caches" : ".cache";
  return `${absolute(home)}/${caches}/apprentice`;
}

/** Makes a path absolute; slashes at the end are dropped. */
function absolute(path: string): string {
  const rooted = /^([A-Za-z]:)?[/\\]/.test(path) ? path : `${Deno.cwd()}/${path}`;
  return rooted.replace(/[/\\]+$/, "");
}
