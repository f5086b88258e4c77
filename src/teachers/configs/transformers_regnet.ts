/**
 * transformers' descriptions of RegNets.
 *
 * @module
 */

import { regNetStages } from "../../models/regnet_design.ts";
import { REGNET_DESIGNS } from "../../models/regnet_designs.ts";
import { numberOf, numbersOf, textOf } from "./facts.ts";
import { byNumbers, differs, type Reader } from "./transformers_reader.ts";

let byShape: Readonly<Record<string, string>> | undefined;

/** timm's names by depths, widths, width of groups and kind. */
function shapes(): Readonly<Record<string, string>> {
  return byShape ??= Object.fromEntries(
    Object.entries(REGNET_DESIGNS).map(([name, design]) => {
      const stages = regNetStages(design);
      const key = [
        stages.map(({ depth }) => depth).join(),
        stages.map(({ width }) => width).join(),
        design.groupWidth,
      ].join("|");
      return [`${name[0]}|${key}`, `regnet${name[0]}_${name.slice(1)}`];
    }),
  );
}

/** Finds a RegNet by its depths, widths and groups, those of SEER among them. */
export const regnet: Reader = (config, problems) => {
  const kind = textOf(config, "layer_type") ?? "y";
  const other = differs(config, {
    num_channels: 3,
    embedding_size: 32,
    hidden_act: "relu",
    downsample_in_first_stage: true,
    ...(kind === "x" || kind === "y" ? {} : { layer_type: "y" }),
  });
  if (other !== null) return problems.add(other);
  const own = Object.fromEntries(
    Object.entries(shapes()).filter(([key]) => key.startsWith(`${kind}|`))
      .map(([key, name]) => [key.slice(2), name]),
  );
  return byNumbers(
    `RegNet-${kind.toUpperCase()}`,
    own,
    [
      numbersOf(config, "depths") ?? [2, 6, 12, 2],
      numbersOf(config, "hidden_sizes") ?? [128, 192, 512, 1088],
      [numberOf(config, "groups_width", 64)],
    ],
    problems,
  );
};
