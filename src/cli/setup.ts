/** The sub-command `setup`. @module */

import { Command } from "./commander.ts";
import { ArgumentError } from "../base/errors.ts";
import { setup } from "../setup/setup.ts";

/** `setup [--force] [--build] [--cuda | --cpu] [--quiet]`: makes everything ready that tensors need. */
export function setupCommand(): Command {
  return new Command("setup")
    .description("fetch libtorch and fetch or build the native library, unless both are there")
    .option("--force", "make the library anew even if it is there")
    .option("--build", "compile the library here, though one could be fetched")
    .option("--cuda", "fetch libtorch for CUDA, also where no NVIDIA driver is found (2.5 GB)")
    .option("--cpu", "fetch libtorch for the CPU, also where an NVIDIA driver is found")
    .option("--quiet", "say nothing unless something goes wrong")
    .action(async ({ cuda, cpu, ...options }) => {
      if (cuda && cpu) {
        throw new ArgumentError("--cuda and --cpu ask for different builds; give one of them.");
      }
      const { library, built, fetched } = await setup({
        ...options,
        cuda: cuda ? true : cpu ? false : undefined,
      });
      if (!built && !fetched && !options.quiet) console.error(`Ready: ${library}`);
    }) as Command;
}
