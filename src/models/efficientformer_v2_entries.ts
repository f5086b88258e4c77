/**
 * The EfficientFormerV2s, by timm's names.
 *
 * @module
 */

import { EfficientFormerV2, type EfficientFormerV2Options } from "./efficientformer_v2.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const net = (
  shape: Omit<EfficientFormerV2Options, keyof BuildOptions>,
  published = 0,
): Build =>
({ dropPath = published, ...options }) => new EfficientFormerV2({ ...shape, ...options, dropPath });

/** Blocks whose hidden layers are four times as wide at both ends, and three times in between. */
const narrowed = (first: number, middle: number, last: number): number[] => [
  ...Array<number>(first).fill(4),
  ...Array<number>(middle).fill(3),
  ...Array<number>(last).fill(4),
];

const wide = (depth: number) => narrowed(depth, 0, 0);

/** The registry's EfficientFormerV2s. */
export const efficientformerV2: readonly ModelEntry[] = timmEntries(
  "Li et al., Rethinking vision transformers for MobileNet size and speed, 2023",
  {
    efficientformerv2_s0: net({
      dims: [32, 48, 96, 176],
      expansions: [wide(2), wide(2), narrowed(1, 3, 2), narrowed(1, 2, 1)],
      attentive: 2,
    }),
    efficientformerv2_s1: net({
      dims: [32, 48, 120, 224],
      expansions: [wide(3), wide(3), narrowed(2, 4, 3), narrowed(2, 2, 2)],
      attentive: 2,
    }),
    efficientformerv2_s2: net({
      dims: [32, 64, 144, 288],
      expansions: [wide(4), wide(4), narrowed(2, 6, 4), narrowed(2, 4, 2)],
      attentive: 4,
    }, 0.02),
    efficientformerv2_l: net({
      dims: [40, 80, 192, 384],
      expansions: [wide(5), wide(5), narrowed(4, 7, 4), narrowed(3, 4, 3)],
      attentive: 6,
    }, 0.1),
  },
);
