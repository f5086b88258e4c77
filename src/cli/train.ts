/** The sub-command `train`. @module */

import { Command, Option } from "./commander.ts";
import { count, printAccuracy, QUIET, SET, workTogether } from "./common.ts";

/** `train RECIPE [--set k=v ...] [--seeds n] [--out DIR] [--resume]`: executes a recipe. */
export function trainCommand(): Command<[string]> {
  return new Command("train")
    .description("execute a recipe: a .ts or .json file, or the folder of a run")
    .argument("<recipe>", "the recipe")
    .option(...SET)
    .option("--seeds <number>", "runs it with that many seeds and prints mean and spread", count)
    .option("--out <folder>", "the folder of the run, or of all (default: a new one in runs)")
    .option("--resume", "goes on with the run that is in the folder")
    .addOption(
      new Option(
        "--differences <what>",
        "where the folder's run was another: go on with what is new, or old",
      )
        .choices(["new", "old"] as const),
    )
    .option(...QUIET)
    .action((recipe, { set = [], seeds, out, resume, differences, quiet }) =>
      workTogether(async ({ runs, train }, signal) => {
        const shared = { signal, progress: !quiet };
        if (seeds !== undefined) {
          const own = await runs.recipeFile(recipe, set);
          const { table } = await runs.compare([own], { ...shared, seeds, out });
          return train.printTable(table);
        }
        const resolved = await (await runs.recipeFile(recipe, set))();
        // The folder of a run, given as a recipe, is where it goes on.
        const folder = out ?? (resume && await runs.RunFolder.isRun(recipe) ? recipe : undefined);
        using run = await runs.run(resolved, {
          ...shared,
          out: folder,
          resume: differences ? { differences } : resume === true,
        });
        printAccuracy(run);
        console.log(`Run folder: ${run.folder}`);
      })
    ) as Command<[string]>;
}
