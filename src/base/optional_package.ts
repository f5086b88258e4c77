/**
 * Packages that only some uses need: they are loaded, and downloaded, when such a use comes.
 *
 * @module
 */

import { isCompiled } from "./compiled.ts";
import { LibraryError } from "./errors.ts";
import { isNotAllowed } from "./regular_files.ts";

/**
 * Loads a package. Its name is in a variable here, because one that is written out in an import would be downloaded
 * with this package, for everyone; for the same reason who uses it says himself what types it has.
 *
 * @param specifier Such as `npm:sharp@^0.34.5`.
 * @param user What needs it, in the plural, for the message.
 * @param more Further sentences of the message.
 * @throws {LibraryError} If it cannot be had, or does not run here.
 */
export async function loadPackage<T>(specifier: string, user: string, more = ""): Promise<T> {
  try {
    return await import(specifier) as T;
  } catch (cause) {
    if (isNotAllowed(cause)) throw cause;
    // What a package's own code was refused may come wrapped up.
    const refused = /Requires \w+ access.*--allow-\w+ flag/s.exec((cause as Error).message);
    if (refused !== null) {
      throw new Deno.errors.NotCapable(`${user} need ${specifier}: ${refused[0]}`, { cause });
    }
    throw new LibraryError(
      `${user} need the package ${specifier}, which cannot be loaded: ${
        (cause as Error).message.replace(/\.$/, "")
      }. ${howToGet(specifier)}${more && ` ${more}`}`,
      { cause },
    );
  }
}

function howToGet(specifier: string): string {
  return isCompiled()
    ? `A compiled program has the packages only that were compiled into it: deno compile --include ${specifier}.`
    : `\`deno cache ${specifier}\` downloads it.`;
}
