/**
 * The RepViTs, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { RepVit, type RepVitOptions } from "./repvit.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const build = (
  dim: number,
  depths: readonly number[],
  style: Partial<RepVitOptions> = {},
): Build =>
(options) =>
  new RepVit({ ...options, depths, dims: [1, 2, 4, 8].map((factor) => factor * dim), ...style });

const legacy = { legacy: true } as const;

/** The registry's RepViTs: those of the paper's first version, then those that are told by their latency. */
export const repVit: readonly ModelEntry[] = timmEntries(
  "Wang, Chen, Lin, Han, Ding: RepViT: Revisiting Mobile CNN From ViT Perspective, CVPR 2024",
  {
    repvit_m1: build(48, [2, 2, 14, 2], legacy),
    repvit_m2: build(64, [2, 2, 12, 2], legacy),
    repvit_m3: build(64, [4, 4, 18, 2], legacy),
    repvit_m0_9: build(48, [2, 2, 14, 2]),
    repvit_m1_0: build(56, [2, 2, 14, 2]),
    repvit_m1_1: build(64, [2, 2, 12, 2]),
    repvit_m1_5: build(64, [4, 4, 24, 4]),
    repvit_m2_3: build(80, [6, 6, 34, 2]),
  },
);
