/**
 * What each process of a launch runs: a verb of this command line, or any program.
 *
 * @module
 */

import { isCompiled } from "../base/compiled.ts";
import { ArgumentError } from "../base/errors.ts";

/**
 * The program and its arguments.
 *
 * @param words What the user gave. If the first is a verb, it is this command line that runs it, started as it was:
 * from a checkout, from a URL, or as the compiled program. A program by the name of a verb is given with its path.
 * @param verbs The verbs there are.
 * @throws {ArgumentError} If there is nothing to run, or a launch is to start launches.
 */
export function commandOf(words: readonly string[], verbs: readonly string[]): string[] {
  const [first] = words;
  if (first === undefined) {
    throw new ArgumentError(
      "launch: what is to be run is missing: apprentice launch -n 4 -- train recipe.ts",
    );
  }
  if (!verbs.includes(first)) return [...words];
  if (first === "launch") {
    throw new ArgumentError("launch: a launch cannot start launches; give the verb itself.");
  }
  const own = isCompiled() ? [] : ["run", "--allow-all", Deno.mainModule];
  return [Deno.execPath(), ...own, ...words];
}

/**
 * Makes sure that this is not a process of another launch.
 *
 * @param env Reads an environment variable.
 * @throws {ArgumentError} If it is.
 */
export function refuseNested(env: (name: string) => string | undefined): void {
  // The number on the machine is what launchers of processes set, and nobody else.
  const local = env("LOCAL_RANK");
  if (local === undefined) return;
  throw new ArgumentError(
    `launch: this is already a process of a launch (LOCAL_RANK is ${local}, RANK is ${
      env("RANK") ?? "not set"
    }); run the command itself here, or unset LOCAL_RANK if it is a leftover.`,
  );
}
