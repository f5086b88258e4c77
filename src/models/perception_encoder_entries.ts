/**
 * The Perception Encoder by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { RotaryVit } from "./rotary_vit.ts";
import type { RotaryVitOptions } from "./rotary_vit_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Variant = Partial<RotaryVitOptions>;

/** Where there is a class token the patches' positions begin with 1. */
function made(side: number, variant: Variant): Build {
  return (options) =>
    new RotaryVit({
      qkvBias: true,
      preNorm: true,
      eps: 1e-5,
      rotary: { order: "xy", reference: side, offset: variant.classToken === false ? 0 : 1 },
      ...variant,
      ...options,
    });
}

const tiny: Variant = { dim: 192, depth: 12, heads: 3 };
const small: Variant = { dim: 384, depth: 12, heads: 6 };
const base: Variant = { dim: 768, depth: 12, heads: 12 };
const large: Variant = { dim: 1024, depth: 24, heads: 16, patchSize: 14 };
const gigantic: Variant = {
  dim: 1536,
  depth: 50,
  heads: 16,
  patchSize: 14,
  mlpRatio: 8960 / 1536,
  classToken: false,
};

/** The tokens are pooled by attention; the head is the projection to what images share with texts. */
const core: Variant = { pool: "map", poolHeads: 8 };
/** Variants aligned to language models or to dense tasks end with the last block. */
const aligned: Variant = { lastNorm: "none" };
const scaled: Variant = { ...aligned, layerScale: 0.1 };

/** The Perception Encoder: core, language and spatial. */
export const perceptionEncoder: readonly ModelEntry[] = timmEntries(
  "Bolya et al., Perception Encoder: The best visual embeddings are not at the output of the network, 2025",
  {
    vit_pe_core_tiny_patch16_384: made(24, { ...tiny, ...core }),
    vit_pe_core_small_patch16_384: made(24, { ...small, ...core }),
    vit_pe_core_base_patch16_224: made(14, { ...base, ...core }),
    vit_pe_core_large_patch14_336: made(24, { ...large, ...core }),
    vit_pe_core_gigantic_patch14_448: made(32, { ...gigantic, ...core }),
    vit_pe_lang_large_patch14_448: made(32, { ...large, ...scaled, depth: 23 }),
    vit_pe_lang_gigantic_patch14_448: made(32, { ...gigantic, ...scaled, depth: 47 }),
    vit_pe_spatial_tiny_patch16_512: made(32, { ...tiny, ...aligned }),
    vit_pe_spatial_small_patch16_512: made(32, { ...small, ...aligned }),
    vit_pe_spatial_base_patch16_512: made(32, { ...base, ...aligned }),
    vit_pe_spatial_large_patch14_448: made(32, { ...large, ...aligned }),
    vit_pe_spatial_gigantic_patch14_448: made(32, { ...gigantic, ...scaled }),
  },
);
