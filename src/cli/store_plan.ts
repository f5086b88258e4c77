/** The verb `plan` of `store`. @module */

import type { ComputeDType, GpuName } from "../runs/plan/gpus.ts";
import { Command, InvalidArgumentError, Option } from "./commander.ts";
import { count, JSON_TEXT, rooms, SET } from "./common.ts";

/** `store plan RECIPE --images 1e6 [--gpus 8] [--gpu a100]`: bytes and hours, before anything is fetched. */
export function planCommand(): Command<[string]> {
  return new Command("plan")
    .description(
      "say how many bytes and hours the store of a recipe takes; fetches and opens nothing",
    )
    .argument("<recipe>", "a recipe, or a study, whose last variant counts")
    .option(...SET)
    .requiredOption("--images <n>", "how many images, such as 1e6", count)
    .option("--gpus <n>", "how many cards (default: 1)", count)
    .addOption(
      new Option("--gpu <name>", "which card (default: a100)")
        .choices(["a100", "h100", "h200", "l4", "t4", "rtx4090", "cpu"]),
    )
    .addOption(
      new Option("--compute <dtype>", "what teachers compute in (default: float32)")
        .choices(["float32", "tf32", "half"]),
    )
    .option(
      "--efficiency <part>",
      "the part of the card's peak that is reached (default: 0.35)",
      Number,
    )
    .option("--measured <name=n>", "images a second of an architecture; again for more", rate)
    .option(
      "--decode <n>",
      "images that are decoded a second for each card (default: 2000)",
      Number,
    )
    .option(
      "--read <n>",
      "bytes of the store that are read a second for each card (default: 1e9)",
      Number,
    )
    .option("--classes <n>", "on how many classes teachers vote, if the recipe does not say", count)
    .option("--side <n>", "the side of images, for networks that take any (default: 32)", count)
    .option("--failures <n>", "how often a machine fails per hour, to simulate it", Number)
    .option(...JSON_TEXT)
    .action(async (path, { set = [], json, gpu, compute, ...options }) => {
      const { runs, train } = await rooms();
      const plan = runs.storePlan(await runs.shelfFile(path, set), {
        ...options,
        gpu: gpu as GpuName | undefined,
        compute: compute as ComputeDType | undefined,
      });
      if (json) return console.log(JSON.stringify(plan, null, 2));
      for (const table of runs.planTables(plan)) train.printTable(table);
      console.log(runs.planSentences(plan).join("\n"));
    }) as unknown as Command<[string]>;
}

/** A speed that was measured. */
function rate(text: string, before: Record<string, number> = {}): Record<string, number> {
  const [, name, speed] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (Number(speed) > 0) return { ...before, [name]: Number(speed) };
  throw new InvalidArgumentError(
    "it is an architecture and its speed, such as vit_base_patch16_224=500.",
  );
}
