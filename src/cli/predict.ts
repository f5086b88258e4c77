/** The sub-command `predict`. @module */

import { formatPercent } from "../base/text.ts";
import { Command } from "./commander.ts";
import { count, JSON_TEXT, work } from "./common.ts";

/** `predict RUN photo.jpg ...`: what the student of a run says is on photographs. */
export function predictCommand(): Command<[string, string[]]> {
  return new Command("predict")
    .description("say what is on photographs")
    .argument("<run>", "the folder of a run, or a file that models.save wrote")
    .argument("<photographs...>", "files of images")
    .option("--top <number>", "how many guesses for each", count, 3)
    .option(...JSON_TEXT)
    .action((path, photographs, { top, json }) =>
      work(async ({ runs, evaluation }) => {
        using student = runs.loadStudent(path);
        const topK = Math.max(1, Math.min(top, student.numClasses));
        const found = await evaluation.predict(student, photographs, { topK });
        for (const [i, { guesses }] of found.entries()) {
          const photograph = photographs[i];
          const list = guesses.map((guess) =>
            `${guess.className} ${formatPercent(guess.probability, 2)}`
          );
          const line = `${photograph}: ${list.join(", ")}`;
          console.log(json ? JSON.stringify({ photograph, guesses }) : line);
        }
      })
    ) as Command<[string, string[]]>;
}
