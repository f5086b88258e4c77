/** The sub-commands `demo`, `demo:customkd` and `demo:photographs`: comparisons that come with the package. @module */

import { Command } from "./commander.ts";
import { count, whole, work } from "./common.ts";

/** A demo: recipes, or variants of a study, that are compared over one seed or several. */
function demo(name: string, description: string, load: () => Promise<unknown>): Command {
  return new Command(name)
    .description(description)
    .option("--seed <number>", "decides data, teachers and student", whole, 0)
    .option("--seeds <number>", "runs with that many seeds and prints mean and spread", count, 1)
    .option("--runs <folder>", "where its folder goes; what is done there is kept", "runs")
    .option("--fresh", "trains everything anew, in a folder of its own")
    .option("--threads <number>", "threads of one operator", count)
    .action(({ runs: root, ...options }) =>
      work(async ({ runs, train }, signal) => {
        const given = { ...options, name: name.replace(":", "-"), root, signal };
        const { tables, folders, report } = await runs.demo(await load() as never, given);
        tables.forEach(train.printTable);
        console.log(`\nRun folders: ${folders.join("\n             ")}\nReport:      ${report}`);
      })
    ) as unknown as Command;
}

/** All demos. */
export function demoCommands(): Command[] {
  return [
    demo(
      "demo",
      "eight teachers, one student, no labels: UNIFORM on MNIST and Fashion-MNIST",
      async () => [
        (await import("../../recipes/digits_and_clothes_kd.ts")).default,
        (await import("../../recipes/digits_and_clothes_uniform.ts")).default,
      ],
    ),
    demo(
      "demo:customkd",
      "one large teacher, 10 labels a class: CustomKD on Fashion-MNIST",
      async () => [
        (await import("../../recipes/few_labels_before.ts")).default,
        (await import("../../recipes/few_labels_fit_net.ts")).default,
        (await import("../../recipes/few_labels_customkd.ts")).default,
      ],
    ),
    demo(
      "demo:photographs",
      "public models and weak classifiers, no labels: UNIFORM on CIFAR-10",
      async () => (await import("../../recipes/photographs.ts")).default,
    ),
  ];
}
