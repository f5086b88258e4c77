/** The sub-command `verify`. @module */

import { Command } from "./commander.ts";
import { describeVerified, summarizeVerified } from "../hub/describe_verified.ts";
import { verify } from "../hub/verify.ts";

/** `verify [spec] [--remove]`: compares the hub's files in the cache with their checksums. */
export function verifyCommand(): Command<[string | undefined]> {
  return new Command("verify")
    .description("compare the files of a hub that are in the cache with their checksums")
    .argument("[spec]", "a model, as hf://org/name; all that are in the cache if absent")
    .option("--remove", "take damaged files out of the cache: their next use fetches them anew")
    .action(async (spec, { remove }) => {
      const onFile = (file: Parameters<typeof describeVerified>[0]) =>
        console.log(describeVerified(file));
      const files = await verify(spec, { remove: remove === true, onFile });
      console.log(summarizeVerified(files, remove === true));
      Deno.exitCode = files.some(({ state }) => state === "damaged") ? 1 : 0;
    }) as Command<[string | undefined]>;
}
