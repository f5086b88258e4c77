/** The sub-command `evaluate`. @module */

import { formatPercent } from "../base/text.ts";
import { Command } from "./commander.ts";
import { JSON_TEXT, workTogether } from "./common.ts";

/** `evaluate RUN [--images FOLDER] [--known FOLDER]`: how good the student of a run is, or its features. */
export function evaluateCommand(): Command<[string]> {
  return new Command("evaluate")
    .description("measure the student of a run on its test images, or on a folder")
    .argument("<run>", "the folder of a run, or a file that models.save wrote")
    .option("--images <folder>", "a folder with a folder of images for each class")
    .option("--known <folder>", "measures features: neighbors and a linear probe know these images")
    .option(...JSON_TEXT)
    .action((path, { images, known, json }) =>
      workTogether(async ({ runs, train }, signal) => {
        const found = await runs.evaluateStudent(path, { images, known, signal });
        if ("table" in found) {
          return json
            ? console.log(JSON.stringify(found.accuracy, null, 2))
            : train.printTable(found.table);
        }
        const { knn, probe } = found;
        if (json) return console.log(JSON.stringify(found));
        console.log(`neighbors ${formatPercent(knn, 2)}, linear probe ${formatPercent(probe, 2)}`);
      })
    ) as Command<[string]>;
}
