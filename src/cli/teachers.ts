/**
 * The sub-command `teachers`.
 *
 * @module
 */

import { Command } from "./commander.ts";
import type { TeacherCard } from "../teachers/card.ts";
import { rooms } from "./common.ts";
import { formatCount } from "../base/text.ts";

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
        console.log(options.json ? JSON.stringify(card, null, 2) : describeCard(card));
      }
    }) as Command<[string[]]>;
}

/** A card in words. */
export function describeCard(card: TeacherCard): string {
  const { view } = card;
  const rows: [string, string | undefined][] = [
    ["teacher", `${card.name} (${card.kind})`],
    ["source", card.source],
    ["architecture", card.architecture],
    ["parameters", card.parameters === undefined ? undefined : formatCount(card.parameters)],
    ["features", `${card.featureDim} wide`],
    ["classes", describeClasses(card)],
    ["images", view ? describeView(view) : "as they are"],
    ["speed", `${card.msPerImage.toFixed(1)} ms an image, ${card.batch} at a time`],
  ];
  return rows.filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name.padEnd(14)}${text}`).join("\n");
}

function describeClasses({ kind, numClasses, classNames }: TeacherCard): string | undefined {
  if (numClasses === undefined) return undefined;
  if (numClasses === 0) return "none";
  const names = classNames === undefined ? "" : `: ${classNames.slice(0, 3).join(", ")}, …`;
  return `${numClasses}${kind === "predictive" ? "" : " of its own"}${names}`;
}

function describeView(view: NonNullable<TeacherCard["view"]>): string {
  const { size: [height, width], interpolation = "bilinear", cropFraction = 1, mean, std } = view;
  const crop = cropFraction === 1 ? "" : `, the middle ${(100 * cropFraction).toFixed(1)} %`;
  const numbers = (values: readonly number[]) => values.map((v) => +v.toFixed(4)).join(", ");
  return `${height} x ${width}, ${interpolation}${crop}; mean ${numbers(mean)}; std ${
    numbers(std)
  }`;
}
