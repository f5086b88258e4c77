/** The sub-command `launch`. @module */

import { commandOf, refuseNested } from "../launch/command.ts";
import { launch } from "../launch/launch.ts";
import { processCount, processors } from "../launch/processors.ts";
import { setup } from "../setup/setup.ts";
import { Command } from "./commander.ts";
import { count, port, seconds, whole } from "./common.ts";

/** `launch -n 4 -- train RECIPE`: several processes that work together, as torchrun starts them. */
export function launchCommand(): Command<[string[]]> {
  return new Command("launch")
    .description("start a command several times, as processes that train together")
    .argument("<command...>", "a command of apprentice, or any program, with its arguments")
    .option("-n, --nproc-per-node <number>", "processes: a number, auto, gpu or cpu", "auto")
    .option("--nnodes <number>", "machines; launch is run on each", count, 1)
    .option("--node-rank <number>", "this machine's number, from 0", whole, 0)
    .option("--master-addr <address>", "machine 0, as the others reach it (default: 127.0.0.1)")
    .option("--master-port <port>", "a port there (default: a free one; 29500 for several)", port)
    .option("--grace <seconds>", "how long others may take to end once one failed", seconds, 30)
    .option("--verbose", "shows the lines of all ranks, not of the first alone")
    // What follows the command's name is the command's own, dashes or not.
    .passThroughOptions()
    .action(async (words, options, self) => {
      refuseNested(Deno.env.get);
      const verbs = self.parent!.commands.map((verb) => verb.name());
      const command = commandOf(words, verbs);
      // Once, before all do it at the same time.
      if (verbs.includes(words[0])) await setup();
      const { nprocPerNode, nnodes: nodes, masterAddr: address, masterPort, ...rest } = options;
      const machine = await processors();
      const { count: processes, note } = processCount(nprocPerNode, machine);
      if (note) console.error(`launch: ${note}`);
      const { cores } = machine;
      const where = { nodes, address, port: masterPort };
      const failure = await launch({ command, processes, cores, verbs, ...where, ...rest });
      if (failure?.text) console.error(`launch: ${failure.text}`);
      Deno.exit(failure?.code ?? 0);
    }) as unknown as Command<[string[]]>;
}
