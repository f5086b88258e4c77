/**
 * AIMv2 by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { RotaryVit } from "./rotary_vit.ts";
import type { RotaryVitOptions } from "./rotary_vit_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Variant = Partial<RotaryVitOptions>;

/** Norms without means, gated MLPs, no biases but those of the patches, no class token, positions that are learned. */
function made(variant: Variant): Build {
  return (options) =>
    new RotaryVit({
      patchSize: 14,
      depth: 24,
      qkvBias: false,
      projBias: false,
      mlp: "swiglu",
      mlpBias: false,
      classToken: false,
      patchNorm: true,
      norm: "rms",
      eps: 1e-5,
      lastNorm: "tokens",
      init: "vit",
      ...variant,
      ...options,
    });
}

const large: Variant = { dim: 1024, heads: 8, mlpRatio: 2.75 };
const huge: Variant = { dim: 1536, heads: 12, mlpRatio: 2.6667 };
const oneBillion: Variant = { dim: 2048, heads: 16, mlpRatio: 2.75 };
const threeBillion: Variant = { dim: 3072, heads: 24, mlpRatio: 2.6667 };

/** AIMv2, whose features are the mean of the patches. */
export const aimv2: readonly ModelEntry[] = timmEntries(
  "Fini et al., Multimodal autoregressive pre-training of large vision encoders, 2025",
  {
    aimv2_large_patch14_224: made(large),
    aimv2_large_patch14_336: made(large),
    aimv2_large_patch14_448: made(large),
    aimv2_huge_patch14_224: made(huge),
    aimv2_huge_patch14_336: made(huge),
    aimv2_huge_patch14_448: made(huge),
    aimv2_1b_patch14_224: made(oneBillion),
    aimv2_1b_patch14_336: made(oneBillion),
    aimv2_1b_patch14_448: made(oneBillion),
    aimv2_3b_patch14_224: made(threeBillion),
    aimv2_3b_patch14_336: made(threeBillion),
    aimv2_3b_patch14_448: made(threeBillion),
  },
);
