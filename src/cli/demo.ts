/** The sub-commands `demo` and `demo:customkd`: recipes of the package, compared. @module */

import { Command } from "./commander.ts";
import { count, whole, work } from "./common.ts";

/** A demo: recipes that are compared over one seed or several. */
function demo(name: string, description: string, load: () => Promise<readonly unknown[]>): Command {
  return new Command(name)
    .description(description)
    .option("--seed <number>", "decides data, teachers and student", whole, 0)
    .option("--seeds <number>", "runs with that many seeds and prints mean and spread", count, 1)
    .option("--runs <folder>", "where its folder goes; what is done there is kept", "runs")
    .option("--fresh", "trains everything anew, in a folder of its own")
    .option("--threads <number>", "threads of one operator", count)
    .action(({ seed, seeds, runs: out, fresh, threads }) =>
      work(async ({ runs, train }, signal) => {
        const recipes = (await load()) as ((given: { seed: number }) => object)[];
        const sources = recipes.map((recipe) => ({ seed: own }: { seed: number }) => ({
          // Asked without a seed for the first one, then for each by its number.
          ...recipe({ seed: own || seed }),
          ...(threads !== undefined && { threads }),
        }));
        const called = name.replace(":", "-");
        const place = fresh ? (await runs.RunFolder.create(out, called)).root : `${out}/${called}`;
        const cache = fresh ? { cache: `${place}/teachers` } : {};
        const found = await runs.compare(sources as never, { seeds, out: place, signal, ...cache });
        train.printTable(found.table);
        if (seeds === 1) {
          const [{ result: { test } }] = found.recipes[0].runs;
          train.printTable(runs.classTable(found.models[0], test!.classNames!));
          for (const { runs: [{ result: { votes } }] } of found.recipes) {
            if (votes !== null) train.printTable(runs.voteTable(votes));
          }
        }
        const folders = found.recipes.flatMap(({ runs }) => runs.map(({ folder }) => folder));
        console.log(`\nRun folders: ${folders.join("\n             ")}`);
        console.log(`Report:      ${place}/comparison.html`);
      })
    ) as unknown as Command;
}

/** `demo`: UNIFORM beside plain distillation, on digits and clothes. */
export function demoCommand(): Command {
  return demo(
    "demo",
    "eight teachers, one student, no labels: UNIFORM on MNIST and Fashion-MNIST",
    async () => [
      (await import("../../recipes/digits_and_clothes_kd.ts")).default,
      (await import("../../recipes/digits_and_clothes_uniform.ts")).default,
    ],
  );
}

/** `demo:customkd`: CustomKD beside plain feature distillation, on clothes with few labels. */
export function customKdDemoCommand(): Command {
  return demo(
    "demo:customkd",
    "one large teacher, 10 labels a class: CustomKD on Fashion-MNIST",
    async () => [
      (await import("../../recipes/few_labels_before.ts")).default,
      (await import("../../recipes/few_labels_fit_net.ts")).default,
      (await import("../../recipes/few_labels_customkd.ts")).default,
    ],
  );
}
