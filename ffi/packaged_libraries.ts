/**
 * Libraries that lie in npm packages beside the native code that needs them.
 *
 * @module
 */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isCompiled } from "../src/base/compiled.ts";

const LIBRARY = /^lib.+\.so(\.\d+)*$/;

/**
 * Opens the libraries of a folder of a package, if this is a compiled program. Deno writes each native file out when it is
 * loaded, by itself, into a folder of temporary files: what looks there for the libraries beside it finds none, but one that
 * is open already is found by its name. For Linux; elsewhere nothing is done.
 *
 * @param specifier The package: `npm:sharp@^0.34.5`.
 * @param place A file in the folder, as the package itself would `require` it.
 */
export function openPackagedLibraries(specifier: string, place: string): void {
  if (!isCompiled() || Deno.build.os !== "linux") return;
  try {
    const inside = createRequire(import.meta.resolve(`${specifier}/package.json`));
    const folder = dirname(inside.resolve(place));
    for (const { name } of Deno.readDirSync(folder)) {
      if (LIBRARY.test(name)) Deno.dlopen(join(folder, name), {});
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    // The package is not in this program, or has nothing for this system: whoever loads it next says so.
  }
}

/** What npm calls this processor: `"x64"`. */
export function npmArchitecture(): string {
  return Deno.build.arch === "x86_64" ? "x64" : "arm64";
}
