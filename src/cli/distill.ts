/** The sub-command `distill`. @module */

import { ArgumentError } from "../base/errors.ts";
import { Command } from "./commander.ts";
import { count, printAccuracy, SET, several, workTogether } from "./common.ts";

const AFTER = `
Without --labelled the student is left with features, on which the teachers vote
(UNIFORM). With it the student becomes a classifier: it learns the labels alone,
then the teachers teach it by all photographs, customized through its own head
(CustomKD). The labels may be few, or those of another domain; labelled
photographs may be among the others too.

  apprentice distill photos --labelled few --test test \\
    --teacher hf://timm/vit_large_patch14_dinov2.lvd142m --out runs/classifier

Whatever else a recipe says is set with --set: method.weights.entropy=1, or how
long the labels alone are learned, student.weights.recipe.epochs=20.`;

/** `distill PHOTOS [--labelled FOLDER] --teacher SPEC ... --student NAME`: the whole job without a recipe. */
export function distillCommand(): Command<[string[]]> {
  return new Command("distill")
    .description(
      "teach a small model what public models know, by photographs of which few or none have labels",
    )
    .argument(
      "<photos...>",
      "a folder of photographs, a list of paths, or tar files; labels are passed over",
    )
    .requiredOption(
      "--teacher <spec>",
      "hf://org/name, a file or a folder; again for more",
      several,
    )
    .option(
      "--labelled <folder>",
      "photographs with labels: a folder for each class, a list of paths and labels, or a tar file",
    )
    .option("--test <folder>", "others that the student is measured on, before and after")
    .option("--student <name>", "the student's architecture", "mobilenet_v3_small")
    .option(
      "--weights <file>",
      "what the student begins with: published weights, or a run; a classifier of the labelled classes is taught as it is",
    )
    .option("--size <pixels>", "the side of the images", count, 224)
    .option(
      "--epochs <number>",
      "passes over the photographs (default: 3; with --labelled 10, and as many epochs of customization)",
      count,
    )
    .option("--batch-size <number>", "photographs at once, and labelled ones", count, 32)
    .option(...SET)
    .option("--out <folder>", "the run's folder (default: a new one in runs)")
    .option("--resume", "goes on with the run that is in the folder")
    .addHelpText("after", AFTER)
    .action((photos, options) =>
      workTogether(async ({ runs }, signal) => {
        const { out, resume, set = [], teacher: teachers, labelled, test, ...rest } = options;
        if (test !== undefined && labelled === undefined) {
          throw new ArgumentError(
            "--test measures a classifier: give --labelled too. The features of a student without classes are measured with " +
              "apprentice evaluate RUN --known FOLDER --images FOLDER.",
          );
        }
        const given = { ...rest, photos, teachers };
        const recipe = labelled === undefined
          ? runs.photographsRecipe(given)
          : runs.labelledPhotographsRecipe({ ...given, labelled, test });
        const resolved = runs.applySettings(recipe, set) as never;
        using run = await runs.run(resolved, { out, resume, signal });
        printAccuracy(run);
        console.log(`Run folder: ${run.folder}`);
      })
    ) as unknown as Command<[string[]]>;
}
