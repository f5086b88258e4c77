/** The sub-command `setup`. @module */

import { Command } from "./commander.ts";
import { setup } from "../setup/setup.ts";

/** `setup [--force] [--quiet]`: makes everything ready that tensors need. */
export function setupCommand(): Command {
  return new Command("setup")
    .description("fetch libtorch and build the native library, unless both are there")
    .option("--force", "build the library anew even if it is there")
    .option("--quiet", "say nothing unless something goes wrong")
    .action(async (options) => {
      const { library, built } = await setup(options);
      if (!built && !options.quiet) console.error(`Ready: ${library}`);
    }) as Command;
}
