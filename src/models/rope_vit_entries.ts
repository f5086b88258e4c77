/**
 * Vision transformers with rotary positions that were trained on ImageNet, by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { RotaryVit } from "./rotary_vit.ts";
import type { RotaryVitOptions } from "./rotary_vit_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Variant = Partial<RotaryVitOptions>;

const small: Variant = { dim: 384, depth: 12, heads: 6 };
const base: Variant = { dim: 768, depth: 12, heads: 12 };
const large: Variant = { dim: 1024, depth: 24, heads: 16 };

/** RoPE-ViT: DeiT III with rotary positions, axial or mixed; `learned` positions of patches may be added. */
function ropeVit(variant: Variant, kind: "axial" | "mixed", learned: boolean): Build {
  return (options) =>
    new RotaryVit({
      qkvBias: true,
      layerScale: 1e-5,
      pool: "token",
      positions: learned,
      prefixPositions: false,
      rotary: { kind, order: "xy", temperature: kind === "mixed" ? 10 : 100 },
      ...variant,
      ...options,
    });
}

/** Registers instead of a class token, and the mean of the patches. */
function gap(registers: number, variant: Variant): Build {
  return (options) =>
    new RotaryVit({
      layerScale: 1e-5,
      classToken: false,
      registers,
      positions: false,
      rotary: { reference: 16 },
      ...variant,
      ...options,
    });
}

/** Vision transformers with rotary positions. */
export const ropeVits: readonly ModelEntry[] = [
  ...timmEntries("Heo et al., Rotary position embedding for vision transformer, 2024", {
    vit_small_patch16_rope_224: ropeVit(small, "axial", false),
    vit_base_patch16_rope_224: ropeVit(base, "axial", false),
    vit_large_patch16_rope_224: ropeVit(large, "axial", false),
    vit_small_patch16_rope_ape_224: ropeVit(small, "axial", true),
    vit_base_patch16_rope_ape_224: ropeVit(base, "axial", true),
    vit_large_patch16_rope_ape_224: ropeVit(large, "axial", true),
    vit_small_patch16_rope_mixed_224: ropeVit(small, "mixed", false),
    vit_base_patch16_rope_mixed_224: ropeVit(base, "mixed", false),
    vit_large_patch16_rope_mixed_224: ropeVit(large, "mixed", false),
    vit_small_patch16_rope_mixed_ape_224: ropeVit(small, "mixed", true),
    vit_base_patch16_rope_mixed_ape_224: ropeVit(base, "mixed", true),
    vit_large_patch16_rope_mixed_ape_224: ropeVit(large, "mixed", true),
  }),
  ...timmEntries("Wightman, PyTorch image models, 2019", {
    vit_medium_patch16_rope_reg1_gap_256: gap(1, { dim: 512, heads: 8 }),
    vit_mediumd_patch16_rope_reg1_gap_256: gap(1, {
      dim: 512,
      heads: 8,
      depth: 20,
      qkvBias: false,
    }),
    vit_betwixt_patch16_rope_reg4_gap_256: gap(4, { dim: 640, heads: 10 }),
    vit_base_patch16_rope_reg1_gap_256: gap(1, base),
  }),
];
