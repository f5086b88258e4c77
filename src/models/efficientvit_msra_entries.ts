/**
 * MSRA's EfficientViTs, by timm's names.
 *
 * @module
 */

import { EfficientVitMsra } from "./efficientvit_msra.ts";
import type { ModelEntry } from "./entry.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const small = [5, 5, 5, 5];
const falling = [7, 5, 3, 3];

/** Table 1 of the paper. */
const net = (
  dims: readonly number[],
  depths: readonly number[],
  heads: readonly number[],
  kernels: readonly number[],
): Build =>
(options) => new EfficientVitMsra({ dims, depths, heads, kernels, ...options });

/** The registry's EfficientViTs of MSRA. */
export const efficientvitMsra: readonly ModelEntry[] = timmEntries(
  "Liu et al., EfficientViT: Memory efficient vision transformer with cascaded group attention, 2023",
  {
    efficientvit_m0: net([64, 128, 192], [1, 2, 3], [4, 4, 4], small),
    efficientvit_m1: net([128, 144, 192], [1, 2, 3], [2, 3, 3], falling),
    efficientvit_m2: net([128, 192, 224], [1, 2, 3], [4, 3, 2], falling),
    efficientvit_m3: net([128, 240, 320], [1, 2, 3], [4, 3, 4], small),
    efficientvit_m4: net([128, 256, 384], [1, 2, 3], [4, 4, 4], falling),
    efficientvit_m5: net([192, 288, 384], [1, 3, 4], [3, 3, 4], falling),
  },
);
