/** The sub-command `compare`. @module */

import { Command } from "./commander.ts";
import { count, QUIET, SET, work } from "./common.ts";

/** `compare RECIPES... [--seeds n]`: recipes times seeds, one table. */
export function compareCommand(): Command<[string[]]> {
  return new Command("compare")
    .description(
      "run several recipes with several seeds and print one table; goes on where it stopped",
    )
    .argument("<recipes...>", "the recipes")
    .option("--seeds <number>", "how many seeds", count, 3)
    .option(...SET)
    .option("--out <folder>", "where the folders of the runs go", "runs")
    .option(...QUIET)
    .action((recipes, { seeds, set = [], out, quiet }) =>
      work(async ({ runs, train }, signal) => {
        const all = await Promise.all(recipes.map((path) => runs.recipeFile(path, set)));
        const { table } = await runs.compare(all, { seeds, out, signal, progress: !quiet });
        train.printTable(table);
      })
    ) as Command<[string[]]>;
}
