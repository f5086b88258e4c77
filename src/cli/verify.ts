/** The sub-command `verify`. @module */

import { Command } from "./commander.ts";
import { type VerifiedFile, verify } from "../hub/verify.ts";
import { formatBytes } from "../base/text.ts";

/** `verify [spec] [--remove]`: compares the hub's files in the cache with their checksums. */
export function verifyCommand(): Command<[string | undefined]> {
  return new Command("verify")
    .description("compare the files of a hub that are in the cache with their checksums")
    .argument("[spec]", "a model, as hf://org/name; all that are in the cache if absent")
    .option("--remove", "take damaged files out of the cache: their next use fetches them anew")
    .action(async (spec, options) => {
      const files = await verify(spec, {
        remove: options.remove === true,
        onFile: (file) => console.log(describeVerified(file)),
      });
      const damaged = files.filter(({ state }) => state === "damaged").length;
      console.log(summary(files.length, damaged, options.remove === true));
      Deno.exitCode = damaged > 0 ? 1 : 0;
    }) as Command<[string | undefined]>;
}

/** A file's line. */
export function describeVerified(file: VerifiedFile): string {
  const { state, by, size, repo, revision, problem } = file;
  const what = `${repo}@${revision.slice(0, 8)}/${file.file}`;
  const length = formatBytes(size).padStart(9);
  const line = `${state.padEnd(8)} ${(by ?? "-").padEnd(8)} ${length}  ${what}`;
  return problem === null ? line : `${line}: ${problem}`;
}

function summary(files: number, damaged: number, removed: boolean): string {
  if (files === 0) return "Nothing of it is in the cache.";
  if (damaged === 0) return `${files} files looked at, none damaged.`;
  return `${files} files looked at, ${damaged} damaged${
    removed
      ? " and removed: their next use fetches them anew"
      : "; --remove takes them out of the cache"
  }.`;
}
