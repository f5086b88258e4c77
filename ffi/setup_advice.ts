/**
 * What to do where the native library is not there or cannot be used.
 *
 * @module
 */

import { isCompiled } from "../src/base/compiled.ts";
import { VERSION } from "../src/base/version.ts";
import { lacksSource } from "./locate.ts";

/** The command that puts the library where it is looked for; null in a compiled program that has no commands. */
export function setupCommand(force = false): string | null {
  const flag = force ? " --force" : "";
  const main = new URL("../src/cli/main.ts", import.meta.url);
  if (isCompiled()) return Deno.mainModule === main.href ? `${Deno.execPath()} setup${flag}` : null;
  if (lacksSource()) return `deno run -A jsr:@apprentice/distill@${VERSION}/cli setup${flag}`;
  // The task of that name is there only for who works in this repository.
  if (main.protocol === "file:" && !main.pathname.includes("/node_modules/")) {
    return `deno task setup${flag}`;
  }
  const jsr = main.href.match(/^https:\/\/jsr\.io\/(@[^/]+\/[^/]+)\/([^/]+)\//);
  return jsr
    ? `deno run -A jsr:${jsr[1]}@${jsr[2]}/cli setup${flag}`
    : `deno run -A ${main.href} setup${flag}`;
}

/** The beginning of a sentence that says what to do: ``"Run `deno task setup`"``. */
export function setupAdvice(force = false): string {
  const command = setupCommand(force);
  return command === null
    ? `Have this program call \`await setup(${
      force ? "{ force: true }" : ""
    })\` of @apprentice/distill/setup first`
    : `Run \`${command}\``;
}

/** {@linkcode setupAdvice} where the library is not there, with all the ways to it. */
export function howToSetUp(): string {
  if (!lacksSource()) return setupAdvice();
  const elsewhere =
    "with the same APPRENTICE_CACHE; or set APPRENTICE_LIBRARY to a library that was built elsewhere";
  if (isCompiled()) {
    return "This program has no native source to build it from: compile it anew with --include of the package's " +
      `folder native, or run \`deno task setup\` in the folder that it was compiled from, ${elsewhere}`;
  }
  return `${setupAdvice()}, or \`deno task setup\` in the folder that this program was bundled from, ${elsewhere}`;
}
