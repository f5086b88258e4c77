/** The sub-commands `compare` and `search`. @module */

import { Command } from "./commander.ts";
import { count, QUIET, SET, several, titles, work } from "./common.ts";

/** `compare STUDY`, or `compare RECIPES... [--seeds n]`: methods times seeds, one table. */
export function compareCommand(): Command<[string[]]> {
  return new Command("compare")
    .description("run a study, or recipes with several seeds; goes on where it stopped")
    .argument("<files...>", "a study, or recipes")
    .option("--seeds <number>", "how many seeds (default: the study's, or 3)", count)
    .option("--trials <number>", "how many settings of each variant of a study are tried", count)
    .option("--only <titles>", "variants of a study by title, with commas between", titles)
    .option(...SET)
    .option("--out <folder>", "where the folders of the runs go (default: in runs)")
    .option(...QUIET)
    .action((files, { quiet, ...options }) =>
      work(async ({ runs, train }, signal) => {
        const given = { ...options, signal, progress: !quiet };
        (await runs.compareFiles(files, given)).tables.forEach(train.printTable);
      })
    ) as Command<[string[]]>;
}

/** `search RECIPE --space method.beta1=0.3,1,3 --trials 6`: settings chosen on validation images. */
export function searchCommand(): Command<[string]> {
  return new Command("search")
    .description("choose settings of a recipe on its validation images; goes on where it stopped")
    .argument("<recipe>", "the recipe")
    .requiredOption("--space <entry=values>", "values to try; again for more entries", several)
    .option("--trials <number>", "how many combinations, the recipe's own among them", count, 6)
    .option(...SET)
    .option("--out <folder>", "where the folders of the trials go (default: in runs)")
    .option(...QUIET)
    .action((recipe, { quiet, ...options }) =>
      work(async ({ runs, train }, signal) => {
        const given = { ...options, signal, progress: !quiet };
        (await runs.searchFile(recipe, given)).tables.forEach(train.printTable);
      })
    ) as unknown as Command<[string]>;
}
