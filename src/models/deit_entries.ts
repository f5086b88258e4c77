/**
 * DeiT and DeiT III by timm's names.
 *
 * @module
 */

import { DistilledVit } from "./deit.ts";
import type { ModelEntry } from "./entry.ts";
import { timmEntries } from "./timm_entries.ts";
import { VIT_SIZES, vitBuilds } from "./vit_builds.ts";

const { tiny, small, medium, base, large, huge } = VIT_SIZES;

const first =
  "Touvron et al., Training data-efficient image transformers and distillation through attention, 2021";

/** The class token has no position. */
const third = { prefixPositions: false, layerScale: 1e-6 } as const;

/** DeiT, DeiT with a distillation token, and DeiT III. */
export const deit: readonly ModelEntry[] = [
  ...timmEntries(
    first,
    vitBuilds({
      deit_tiny_patch16_224: tiny,
      deit_small_patch16_224: small,
      deit_base_patch16_224: base,
      deit_base_patch16_384: base,
    }),
  ),
  ...timmEntries(first, {
    deit_tiny_distilled_patch16_224: (options) => new DistilledVit({ ...tiny, ...options }),
    deit_small_distilled_patch16_224: (options) => new DistilledVit({ ...small, ...options }),
    deit_base_distilled_patch16_224: (options) => new DistilledVit({ ...base, ...options }),
    deit_base_distilled_patch16_384: (options) => new DistilledVit({ ...base, ...options }),
  }),
  ...timmEntries(
    "Touvron et al., DeiT III: Revenge of the ViT, 2022",
    vitBuilds({
      deit3_small_patch16_224: { ...small, ...third },
      deit3_small_patch16_384: { ...small, ...third },
      deit3_medium_patch16_224: { ...medium, ...third },
      deit3_base_patch16_224: { ...base, ...third },
      deit3_base_patch16_384: { ...base, ...third },
      deit3_large_patch16_224: { ...large, ...third },
      deit3_large_patch16_384: { ...large, ...third },
      deit3_huge_patch14_224: { ...huge, ...third, patchSize: 14 },
    }),
  ),
];
