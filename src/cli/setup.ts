/** The sub-command `setup`. @module */

import { Command } from "./commander.ts";
import { setup } from "../setup/setup.ts";

/** `setup [--force] [--build] [--quiet]`: makes everything ready that tensors need. */
export function setupCommand(): Command {
  return new Command("setup")
    .description("fetch libtorch and fetch or build the native library, unless both are there")
    .option("--force", "make the library anew even if it is there")
    .option("--build", "compile the library here, though one could be fetched")
    .option("--quiet", "say nothing unless something goes wrong")
    .action(async (options) => {
      const { library, built, fetched } = await setup(options);
      if (!built && !fetched && !options.quiet) console.error(`Ready: ${library}`);
    }) as Command;
}
