/**
 * The sub-command `demo`.
 *
 * @module
 */

import { Command, InvalidArgumentError, Option } from "../commander.ts";
import { withInterrupt } from "../../base/interrupt.ts";
import { setup } from "../../setup/setup.ts";

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError("it is a whole number from 0.");
  }
  return value;
}

/** The options that both demos have. */
function demo(name: string, description: string) {
  return new Command(name)
    .description(description)
    .option("--seed <number>", "decides data, teachers and student", wholeNumber, 0)
    .option("--seeds <number>", "runs with that many seeds and prints mean and spread", wholeNumber)
    .option("--runs <folder>", "where run folders go", "runs")
    .option("--resume <folder>", "goes on with an interrupted run")
    .option("--fresh", "trains the teachers anew instead of taking them from the cache")
    .addOption(new Option("--threads <number>", "threads of one operator").argParser(wholeNumber));
}

/** `demo`: UNIFORM on digits and clothes. */
export function demoCommand(): Command {
  return demo("demo", "eight teachers, one student, no labels: UNIFORM on MNIST and Fashion-MNIST")
    .action(async (options) => {
      await setup();
      // What needs libtorch is only imported once it is there.
      const { uniformDemo } = await import("./uniform_main.ts");
      await withInterrupt((signal) => uniformDemo({ ...options, signal }));
    }) as unknown as Command;
}

/** `demo:customkd`: CustomKD on clothes with few labels. */
export function customKdDemoCommand(): Command {
  return demo("demo:customkd", "one large teacher, 10 labels a class: CustomKD on Fashion-MNIST")
    .action(async (options) => {
      await setup();
      const { customKdDemo } = await import("./custom_kd_main.ts");
      await withInterrupt((signal) => customKdDemo({ ...options, signal }));
    }) as unknown as Command;
}
