/**
 * The MobileViTs, by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { MobileVit } from "./mobilevit.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

/** Table 4 of the first paper. */
const first = (
  widths: readonly number[],
  dims: readonly number[],
  expansion: number,
  lastWidth: number,
): Build =>
(options) => new MobileVit({ widths, dims, expansion, lastWidth, convs: 3, ...options });

/** The second version, whose widths all grow by a factor. */
const second = (factor: number): Build => (options) => {
  const widths = [32, 64, 128, 256, 384, 512].map((width) => Math.trunc(width * factor));
  const dims = widths.slice(3).map((width) => width / 2);
  return new MobileVit({ widths, dims, expansion: 2, convs: 2, version: 2, ...options });
};

/** The registry's MobileViTs. */
export const mobilevit: readonly ModelEntry[] = [
  ...timmEntries(
    "Mehta and Rastegari, MobileViT: Light-weight, general-purpose, and mobile-friendly vision transformer, 2022",
    {
      mobilevit_xxs: first([16, 16, 24, 48, 64, 80], [64, 80, 96], 2, 320),
      mobilevit_xs: first([16, 32, 48, 64, 80, 96], [96, 120, 144], 4, 384),
      mobilevit_s: first([16, 32, 64, 96, 128, 160], [144, 192, 240], 4, 640),
    },
  ),
  ...timmEntries(
    "Mehta and Rastegari, Separable self-attention for mobile vision transformers, 2023",
    {
      mobilevitv2_050: second(0.5),
      mobilevitv2_075: second(0.75),
      mobilevitv2_100: second(1),
      mobilevitv2_125: second(1.25),
      mobilevitv2_150: second(1.5),
      mobilevitv2_175: second(1.75),
      mobilevitv2_200: second(2),
    },
  ),
];
