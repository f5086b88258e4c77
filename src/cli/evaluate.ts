/** The sub-command `evaluate`. @module */

import { Command } from "./commander.ts";
import { JSON_TEXT, percent, work } from "./common.ts";

/** `evaluate RUN [--images FOLDER] [--known FOLDER]`: how good the student of a run is, or its features. */
export function evaluateCommand(): Command<[string]> {
  return new Command("evaluate")
    .description("measure the student of a run on its test images, or on a folder")
    .argument("<run>", "the folder of a run, or a file that models.save wrote")
    .option("--images <folder>", "a folder with a folder of images for each class")
    .option("--known <folder>", "measures features: neighbors and a linear probe know these images")
    .option(...JSON_TEXT)
    .action((path, { images, known, json }) =>
      work(async ({ runs, evaluation, train }, signal) => {
        using opened = await runs.openStudent(path, images, known);
        if (opened.known !== null) {
          const { student, known, images: test } = opened;
          const asked = { known, test, probe: true, signal };
          const { knn, probe } = await evaluation.featureQuality(student, asked);
          if (json) return console.log(JSON.stringify({ knn, probe }));
          return console.log(`neighbors ${percent(knn!)}, linear probe ${percent(probe!)}`);
        }
        const found = await evaluation.evaluate(opened.student, opened.images, { signal });
        if (json) return console.log(JSON.stringify(found, null, 2));
        const { overall, count, byClass, classNames } = found;
        const model = {
          name: "accuracy",
          kind: "student",
          parameters: 0,
          accuracy: found,
        } as const;
        const table = runs.classTable([model], classNames ?? byClass.map((_, i) => String(i)));
        train.printTable({ ...table, title: `right on ${percent(overall)} of ${count} images` });
      })
    ) as Command<[string]>;
}
