/**
 * DINOv3's vision transformers, and those built like them, by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { RotaryVit } from "./rotary_vit.ts";
import type { RotaryVitOptions } from "./rotary_vit_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Variant = Partial<RotaryVitOptions>;

const tiny: Variant = { dim: 192, depth: 12, heads: 3 };
const small: Variant = { dim: 384, depth: 12, heads: 6 };
const base: Variant = { dim: 768, depth: 12, heads: 12 };
const large: Variant = { dim: 1024, depth: 24, heads: 16 };
const gated: Variant = { mlp: "swiglu", hiddenMultiple: 8 };
const smallPlus: Variant = { ...small, ...gated };
const hugePlus: Variant = { dim: 1280, depth: 32, heads: 20, ...gated };
const seven: Variant = {
  dim: 4096,
  depth: 40,
  heads: 32,
  mlp: "swiglu",
  hiddenMultiple: 64,
  mlpRatio: 2,
};
const giant: Variant = { dim: 1536, depth: 40, heads: 24, ...gated, mlpRatio: 8 / 3 };

/** Images of any size; the patches are where they are between the edges. */
function made(variant: Variant): Build {
  return (options) =>
    new RotaryVit({
      patchSize: 16,
      qkvBias: false,
      layerScale: 1e-5,
      registers: 4,
      positions: false,
      rotary: { kind: "centered", temperature: 100, half: true },
      lastNorm: "tokens",
      eps: 1e-5,
      ...variant,
      ...options,
    });
}

/** Published weights have biases of zeros, which variants without are made for. */
const biased = (variant: Variant): Build => made({ ...variant, qkvBias: "withoutKeys" });

/** Sapiens2: in all but the first and the last eight blocks two heads of queries share one of keys and values. */
function sapiens2(variant: { dim: number; depth: number; heads: number }): Build {
  const { depth, heads } = variant;
  const isWhole = (block: number) => block < 8 || block >= depth - 8;
  return made({
    ...variant,
    separate: true,
    kvHeads: Array.from({ length: depth }, (_, i) => isWhole(i) ? heads : heads / 2),
    qkvBias: true,
    qkNorm: true,
    mlp: "packedSwiglu",
    layerScale: 1,
    mlpScale: false,
    registers: 8,
    pool: "token",
    norm: "rms",
    eps: 1e-6,
  });
}

/** DINOv3's vision transformers, whose features are timm's: the mean of the patches. */
export const dinov3: readonly ModelEntry[] = [
  ...timmEntries("Siméoni et al., DINOv3, 2025", {
    vit_tiny_patch16_dinov3_qkvb: biased(tiny),
    vit_small_patch16_dinov3: made(small),
    vit_small_patch16_dinov3_qkvb: biased(small),
    vit_small_plus_patch16_dinov3: made(smallPlus),
    vit_small_plus_patch16_dinov3_qkvb: biased(smallPlus),
    vit_base_patch16_dinov3: made(base),
    vit_base_patch16_dinov3_qkvb: biased(base),
    vit_large_patch16_dinov3: made(large),
    vit_large_patch16_dinov3_qkvb: biased(large),
    vit_huge_plus_patch16_dinov3: made(hugePlus),
    vit_huge_plus_patch16_dinov3_qkvb: biased(hugePlus),
    vit_7b_patch16_dinov3: made(seven),
  }),
  ...timmEntries("Fu et al., Vision pretraining for dense spatial perception, 2026", {
    vit_small_patch16_lingbot: biased({ ...small, pool: "token" }),
    vit_base_patch16_lingbot: biased({ ...base, pool: "token" }),
    vit_large_patch16_lingbot: biased({ ...large, pool: "token" }),
    vit_giant_patch16_lingbot: made({ ...giant, pool: "token" }),
  }),
  ...timmEntries("Khirodkar et al., Sapiens2, 2026", {
    vit_base_patch16_sapiens2: sapiens2({ dim: 768, depth: 12, heads: 12 }),
    vit_large_patch16_sapiens2: sapiens2({ dim: 1024, depth: 24, heads: 16 }),
    vit_huge_patch16_sapiens2: sapiens2({ dim: 1280, depth: 32, heads: 16 }),
    vit_giant_patch16_sapiens2: sapiens2({ dim: 1536, depth: 40, heads: 24 }),
    vit_5b_patch16_sapiens2: sapiens2({ dim: 2432, depth: 56, heads: 32 }),
  }),
];
