/** The sub-command `votes`. @module */

import { Command } from "./commander.ts";
import { count, QUIET, SET, work } from "./common.ts";

/** `votes RECIPE [--images n] [--out DIR]`: which teachers agree, which say the same, which harm. */
export function votesCommand(): Command<[string]> {
  return new Command("votes")
    .description("look at what the teachers of a recipe say, without teaching a student")
    .argument("<recipe>", "a recipe, or a study, whose last variant counts")
    .option("--images <number>", "how many images to look at", count, 5000)
    .option(...SET)
    .option("--out <folder>", "where report and votes.json go (default: a new folder in runs)")
    .option(...QUIET)
    .action((path, { images, set = [], out, quiet }) =>
      work(async ({ runs, train }, signal) => {
        const recipe = await runs.shelfFile(path, set);
        const found = await runs.votes(recipe, { images, out, signal, progress: !quiet });
        for (const table of runs.votesTables(found)) train.printTable(table);
        console.log(`\n${found.sentences.join("\n")}\n\nReport: ${found.folder}/report.html`);
      })
    ) as Command<[string]>;
}
