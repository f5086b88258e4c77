/**
 * EVA and EVA-02 by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { RotaryVit } from "./rotary_vit.ts";
import type { RotaryVitOptions } from "./rotary_vit_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Variant = Partial<RotaryVitOptions>;

const made = (variant: Variant): Build => (options) =>
  new RotaryVit({ patchSize: 14, ...variant, ...options });

/** EVA: BEiT's blocks, without rotary positions. */
const giant: Variant = { dim: 1408, depth: 40, heads: 16, mlpRatio: 6144 / 1408 };

/** EVA-02: positions are turned as on the 16 x 16 patches of its pre-training, whatever the image's size. */
const eva02: Variant = { mlpRatio: 8 / 3, mlp: "packedSwiglu", rotary: { reference: 16 } };
const subNorm: Variant = { ...eva02, mlp: "swiglu", mlpNorm: true, separate: true };

const tiny: Variant = { ...eva02, dim: 192, heads: 3 };
const small: Variant = { ...eva02, dim: 384, heads: 6 };
const base: Variant = { ...subNorm, dim: 768, heads: 12 };
const large: Variant = { ...subNorm, dim: 1024, depth: 24, heads: 16 };

/** Towers of CLIP, whose head is the projection to what images share with texts. */
const tower: Variant = { attentionNorm: true, pool: "token" };
const enormous: Variant = {
  dim: 1792,
  depth: 64,
  heads: 16,
  mlpRatio: 15360 / 1792,
  postNorm: true,
};

/** EVA, EVA-02 and their towers of CLIP. */
export const eva: readonly ModelEntry[] = [
  ...timmEntries(
    "Fang et al., EVA: Exploring the limits of masked visual representation learning at scale, 2023",
    {
      eva_giant_patch14_224: made(giant),
      eva_giant_patch14_336: made(giant),
      eva_giant_patch14_560: made(giant),
    },
  ),
  ...timmEntries("Fang et al., EVA-02: A visual representation for Neon Genesis, 2023", {
    eva02_tiny_patch14_224: made(tiny),
    eva02_tiny_patch14_336: made(tiny),
    eva02_small_patch14_224: made(small),
    eva02_small_patch14_336: made(small),
    eva02_base_patch14_224: made(base),
    eva02_base_patch14_448: made(base),
    eva02_large_patch14_224: made(large),
    eva02_large_patch14_448: made(large),
  }),
  ...timmEntries("Sun et al., EVA-CLIP: Improved training techniques for CLIP at scale, 2023", {
    eva_giant_patch14_clip_224: made({ ...giant, pool: "token" }),
    eva02_base_patch16_clip_224: made({ ...base, ...tower, patchSize: 16 }),
    eva02_large_patch14_clip_224: made({ ...large, ...tower }),
    eva02_large_patch14_clip_336: made({ ...large, ...tower }),
    eva02_enormous_patch14_clip_224: made({ ...enormous, pool: "token" }),
  }),
];
