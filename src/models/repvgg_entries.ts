/**
 * The RepVGGs, by name.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { RepVgg, type RepVggOptions } from "./repvgg.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

/** The widths of all stages but the last by `factor`, that of the last by `last` (the paper's a and b, table 3). */
function repvgg(
  depths: readonly number[],
  factor: number,
  last: number,
  others: Omit<RepVggOptions, keyof BuildOptions | "depths" | "widths"> = {},
): Build {
  const widths = [64 * factor, 128 * factor, 256 * factor, 512 * last];
  return (options) => new RepVgg({ ...options, depths, widths, ...others });
}

const a = [2, 4, 14, 1];
const b = [4, 6, 16, 1];

/** The registry's RepVGGs. */
export const repVgg: readonly ModelEntry[] = timmEntries(
  "Ding, Zhang, Ma, Han, Ding, Sun: RepVGG: Making VGG-style ConvNets great again, CVPR 2021",
  {
    repvgg_a0: repvgg(a, 0.75, 2.5),
    repvgg_a1: repvgg(a, 1, 2.5),
    repvgg_a2: repvgg(a, 1.5, 2.75),
    repvgg_b0: repvgg(b, 1, 2.5),
    repvgg_b1: repvgg(b, 2, 4),
    repvgg_b1g4: repvgg(b, 2, 4, { groups: 4 }),
    repvgg_b2: repvgg(b, 2.5, 5),
    repvgg_b2g4: repvgg(b, 2.5, 5, { groups: 4 }),
    repvgg_b3: repvgg(b, 3, 5),
    repvgg_b3g4: repvgg(b, 3, 5, { groups: 4 }),
    repvgg_d2se: repvgg([8, 14, 24, 1], 2.5, 5, { squeeze: 1 / 16 }),
  },
);
