/**
 * The sub-command `teachers`.
 *
 * @module
 */

import { Command } from "./commander.ts";
import { rooms } from "./common.ts";

/** `teachers <spec...>`: loads teachers, runs one image through each, and prints what they are. */
export function teachersCommand(): Command<[string[]]> {
  return new Command("teachers")
    .description("load a teacher, run one image through it and say what it is")
    .argument("<spec...>", "hf://org/name, a file or a folder")
    .option("--architecture <name>", "the architecture, for a file that does not tell")
    .option("--classes <count>", "the number of classes of its head", Number)
    .option("--tap <name>", "the output or intermediate tensor to take features from")
    .option("--predictive", "it gives logits in the student's label space")
    .option("--device <device>", "where it runs", "cpu")
    .option("--json", "write the card as JSON")
    .action(async (specs: string[], options) => {
      const { teachers } = await rooms();
      for (const spec of specs) {
        using teacher = await teachers.load(spec, {
          kind: options.predictive ? "predictive" : "descriptive",
          architecture: options.architecture,
          numClasses: options.classes,
          tap: options.tap,
          device: options.device as "cpu",
        });
        const card = teachers.teacherCard(teacher, { device: options.device as "cpu" });
        console.log(options.json ? JSON.stringify(card, null, 2) : teachers.describeCard(card));
      }
    }) as Command<[string[]]>;
}
