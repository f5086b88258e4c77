/** The sub-command `report`. @module */

import { Command, InvalidArgumentError } from "./commander.ts";
import { count, JSON_TEXT, QUIET, work } from "./common.ts";

/** Whole numbers with commas between. */
const counts = (text: string): number[] => text.split(",").map((part) => count(part.trim()));

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("it is a number of seconds above 0.");
}

/** `report RUN [--batch 1,32] [--threads 1,2]`: what student and teachers cost, into the run's report. */
export function reportCommand(): Command<[string]> {
  return new Command("report")
    .description("measure size and speed of a run's student and teachers, into its report")
    .argument("<run>", "the folder of a run that is done")
    .option("--batch <numbers>", "how many images at once (default: 1,32)", counts)
    .option("--threads <numbers>", "with how many threads (default: 1,2)", counts)
    .option("--budget <seconds>", "the most that one measurement may take (default: 10)", seconds)
    .option("--quick", "measures a tenth as long, less exactly")
    .option(...JSON_TEXT)
    .option(...QUIET)
    .action((path, { batch: batches, json, quiet, ...options }) =>
      work(async ({ runs, train }, signal) => {
        const given = { ...options, batches, signal, progress: !quiet };
        const costs = await runs.measureCosts(path, given);
        if (json) return console.log(JSON.stringify(costs, null, 2));
        for (const table of runs.costsTables(costs)) train.printTable(table);
        console.log(`Report: ${path}/report.html`);
      })
    ) as Command<[string]>;
}
