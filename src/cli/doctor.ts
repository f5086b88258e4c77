/** The sub-command `doctor`. @module */

import { Command } from "./commander.ts";
import { describeReport } from "../setup/describe_report.ts";
import { doctor } from "../setup/doctor.ts";

/** `doctor [--json]`: says what is there, where, and what to do next. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("say what was found and where, which devices there are, and what to do next")
    .option("--json", "write the report as JSON")
    .action(async (options) => {
      const report = await doctor();
      console.log(options.json ? JSON.stringify(report, null, 2) : describeReport(report));
      Deno.exitCode = report.usable ? 0 : 1;
    }) as Command;
}
