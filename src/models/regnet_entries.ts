/**
 * The RegNets, by name.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import type { ModelEntry } from "./entry.ts";
import type { RegNetStyle } from "./parts/regnet_blocks.ts";
import { RegNet, type RegNetOptions } from "./regnet.ts";
import { REGNET_DESIGNS, REGNET_SQUEEZE as squeeze } from "./regnet_designs.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const silu: RegNetStyle = { activation: "silu", squeeze };

type Structure = Omit<RegNetOptions, "numClasses">;

const build = (structure: Structure): Build => (options) =>
  new RegNet({ ...structure, ...options });

/** RegNet-Z has no shortcut where shapes differ, and nothing after its sums. */
const z = (design: Omit<Structure, "factor">, headWidth?: number, factor = 2.226): Build =>
  build({ ...silu, bottleneck: 4, shortcut: "none", linear: true, headWidth, factor, ...design });
const z040 = { depth: 28, initial: 48, slope: 14.5, groupWidth: 8 };

const { y040, y064 } = REGNET_DESIGNS;

/** The registry's RegNets. */
export const regNet: readonly ModelEntry[] = [
  ...timmEntries(
    "Radosavovic, Kosaraju, Girshick, He, Dollár: Designing network design spaces, CVPR 2020",
    Object.fromEntries(
      Object.entries(REGNET_DESIGNS).map(([name, design]) => [
        `regnet${name[0]}_${name.slice(1)}`,
        build({ ...design, squeeze: name[0] === "y" ? squeeze : undefined }),
      ]),
    ),
  ),
  ...timmEntries("Wightman, PyTorch image models, 2019 (RegNet-Y with other norms)", {
    regnety_040_sgn: build({
      ...y040,
      ...silu,
      norm: (channels) => new nn.GroupNorm(channels / 16, channels),
    }),
    regnetv_040: build({ ...y040, ...silu, preActivation: true }),
    regnetv_064: build({ ...y064, ...silu, preActivation: true, shortcut: "average" }),
  }),
  ...timmEntries("Dollár, Singh, Girshick: Fast and accurate model scaling, CVPR 2021", {
    regnetz_005: z({ depth: 21, initial: 16, slope: 10.7, groupWidth: 4 }, 1024, 2.51),
    regnetz_040: z(z040),
    regnetz_040_h: z(z040, 1536),
  }),
];
