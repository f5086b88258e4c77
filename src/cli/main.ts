/** The command line of this package: `deno run -A jsr:@apprentice/distill/cli --help`. @module */

import { Command } from "./commander.ts";
import { recordError } from "../base/error_file.ts";
import { ApprenticeError } from "../base/errors.ts";
import { INTERRUPTED_EXIT_CODE, InterruptedError } from "../base/interrupt.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { VERSION } from "../base/version.ts";
import { compareCommand, searchCommand } from "./compare.ts";
import { demoCommands } from "./demo.ts";
import { distillCommand } from "./distill.ts";
import { doctorCommand } from "./doctor.ts";
import { domainsCommand } from "./domains.ts";
import { evaluateCommand } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { launchCommand } from "./launch.ts";
import { predictCommand } from "./predict.ts";
import { reportCommand } from "./report.ts";
import { setupCommand } from "./setup.ts";
import { storeCommand } from "./store.ts";
import { teachersCommand } from "./teachers.ts";
import { trainCommand } from "./train.ts";
import { verifyCommand } from "./verify.ts";
import { votesCommand } from "./votes.ts";

/** The command line with all its sub-commands. */
function commandLine(): Command {
  const all = new Command("apprentice")
    .description("Many pre-trained masters teach one small model.")
    .version(VERSION)
    // So that launch can leave what stands after its command to that command.
    .enablePositionalOptions()
    .addCommand(trainCommand())
    .addCommand(compareCommand())
    .addCommand(searchCommand())
    .addCommand(domainsCommand())
    .addCommand(distillCommand())
    .addCommand(launchCommand())
    .addCommand(evaluateCommand())
    .addCommand(predictCommand())
    .addCommand(exportCommand())
    .addCommand(reportCommand())
    .addCommand(storeCommand())
    .addCommand(votesCommand())
    .addCommand(setupCommand())
    .addCommand(doctorCommand())
    .addCommand(teachersCommand())
    .addCommand(verifyCommand());
  return demoCommands().reduce((all, demo) => all.addCommand(demo), all);
}

/** The arguments without the `--` that `deno task name -- …` hands on. */
function givenArguments(): string[] {
  const [command, dashes, ...rest] = Deno.args;
  return dashes === "--" ? [command, ...rest] : Deno.args;
}

if (import.meta.main) {
  try {
    await commandLine().parseAsync(givenArguments(), { from: "user" });
  } catch (error) {
    if (!(error instanceof InterruptedError)) recordError(error);
    if (!(error instanceof ApprenticeError || isNotAllowed(error))) throw error;
    if (error instanceof InterruptedError) {
      console.error(error.message);
      Deno.exit(INTERRUPTED_EXIT_CODE);
    }
    console.error(`${error.name}: ${error.message}`);
    Deno.exit(1);
  }
}
