/**
 * Vision transformers for images of any shape by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { NaFlexVit, type NaFlexVitOptions } from "./naflexvit.ts";
import { type Build, timmEntries } from "./timm_entries.ts";
import { VIT_SIZES } from "./vit_builds.ts";

const { base, large, huge, so150m2, so400m } = VIT_SIZES;

function made(architecture: Omit<NaFlexVitOptions, "numClasses">): Build {
  return (options) => new NaFlexVit({ ...architecture, ...options });
}

const scaled = { layerScale: 1e-5 } as const;
const gap = { ...scaled, registers: 4, pool: "avg" } as const;
const compact = { ...so150m2, ...scaled, qkvBias: false, registers: 1 } as const;
const siglip = { pool: "map", activation: "geluTanh", interpolation: "bilinear" } as const;

/** Positions for 2048 pixels, of which smaller images take a part that is resized to their longer side. */
const radio = {
  classToken: true,
  registers: 7,
  finalNorm: false,
  gridSize: 128,
  interpolation: "bilinear",
  antialias: false,
  keepsAspect: true,
} as const;
const radioV4 = { ...radio, registers: 9 } as const;
const corners = { alignCorners: true } as const;
const giant = { dim: 1536, depth: 40, heads: 24 } as const;

/** Vision transformers for images of any shape. */
export const naflexvit: readonly ModelEntry[] = [
  ...timmEntries(
    "Dehghani et al., Patch n' Pack: NaViT, a vision transformer for any aspect ratio, 2023",
    {
      naflexvit_base_patch16_gap: made({ ...base, ...gap }),
      naflexvit_base_patch16_par_gap: made({ ...base, ...gap, keepsAspect: true }),
      naflexvit_base_patch16_parfac_gap: made({
        ...{ ...base, ...gap, keepsAspect: true, factorized: true },
      }),
      naflexvit_base_patch16_map: made({ ...base, ...scaled, registers: 1, pool: "map" }),
      naflexvit_so150m2_patch16_reg1_gap: made({ ...compact, pool: "avg" }),
      naflexvit_so150m2_patch16_reg1_map: made({ ...compact, pool: "map" }),
    },
  ),
  ...timmEntries("Tschannen et al., SigLIP 2: multilingual vision-language encoders, 2025", {
    naflexvit_base_patch16_siglip: made({ ...base, ...siglip }),
    naflexvit_so400m_patch16_siglip: made({ ...so400m, mlpRatio: 3.7362, ...siglip }),
  }),
  ...timmEntries("Heinrich et al., RADIOv2.5: improved baselines for agglomerative models, 2025", {
    naflexvit_base_patch16_radio_v3: made({ ...base, ...scaled, ...radio, ...corners }),
    naflexvit_large_patch16_radio_v3: made({ ...large, ...scaled, ...radio }),
    naflexvit_huge_patch16_radio_v3: made({ ...huge, ...radio, ...corners }),
    naflexvit_giant_patch16_radio_v3: made({ ...giant, ...radio }),
  }),
  ...timmEntries("Ranzinger et al., C-RADIOv4, 2026", {
    naflexvit_so400m_patch16_radio_v4: made({ ...so400m, ...radioV4 }),
    naflexvit_huge_patch16_radio_v4: made({ ...huge, ...radioV4 }),
  }),
];
