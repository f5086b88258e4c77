/** The sub-command `distill`. @module */

import { Command } from "./commander.ts";
import { count, SET, several, work } from "./common.ts";

/** `distill PHOTOS --teacher SPEC ... --student NAME`: the whole job without a recipe. */
export function distillCommand(): Command<[string[]]> {
  return new Command("distill")
    .description("teach a small model on photographs without labels what public models know")
    .argument("<photos...>", "a folder of photographs, a list of paths, or tar files")
    .requiredOption(
      "--teacher <spec>",
      "hf://org/name, a file or a folder; again for more",
      several,
    )
    .option("--student <name>", "the student's architecture", "mobilenet_v3_small")
    .option("--weights <file>", "what the student begins with")
    .option("--size <pixels>", "the side of the images", count, 224)
    .option("--epochs <number>", "passes over the photographs", count, 3)
    .option("--batch-size <number>", "photographs at once", count, 32)
    .option(...SET)
    .option("--out <folder>", "the run's folder (default: a new one in runs)")
    .option("--resume", "goes on with the run that is in the folder")
    .action((photos, options) =>
      work(async ({ runs }, signal) => {
        const recipe = runs.photographsRecipe({ ...options, photos, teachers: options.teacher });
        const { out, resume, set = [] } = options;
        const resolved = runs.applySettings(recipe, set) as never;
        using run = await runs.run(resolved, { out, resume, signal });
        console.log(`Run folder: ${run.folder}`);
      })
    ) as unknown as Command<[string[]]>;
}
