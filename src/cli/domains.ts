/** The sub-command `domains`. @module */

import { Command } from "./commander.ts";
import { count, QUIET, SET, several, titles, work } from "./common.ts";

/** `domains STUDY [--pair MNIST:MNIST-M] [--seeds n]`: every pair of source and target, one table. */
export function domainsCommand(): Command<[string]> {
  return new Command("domains")
    .description("run methods from every source domain to every target; goes on where it stopped")
    .argument("<file>", "a study over domains")
    .option("--pair <source:target>", "only this pair; again for more", several)
    .option("--seeds <number>", "how many seeds (default: the study's)", count)
    .option("--trials <number>", "how many settings of each variant are tried", count)
    .option("--only <titles>", "variants by title, with commas between", titles)
    .option(...SET)
    .option("--out <folder>", "where the folders of the pairs go (default: in runs)")
    .option(...QUIET)
    .action((file, { quiet, pair: pairs, ...options }) =>
      work(async ({ runs, train }, signal) => {
        const given = { ...options, pairs, signal, progress: !quiet };
        (await runs.domainsFile(file, given)).tables.forEach(train.printTable);
      })
    ) as unknown as Command<[string]>;
}
