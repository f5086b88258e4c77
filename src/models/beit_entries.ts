/**
 * BEiT and BEiT v2 by timm's names.
 *
 * @module
 */

import { Beit } from "./beit.ts";
import type { BeitOptions } from "./beit_options.ts";
import type { ModelEntry } from "./entry.ts";
import { type Build, timmEntries } from "./timm_entries.ts";
import { VIT_SIZES } from "./vit_builds.ts";

const { base, large } = VIT_SIZES;

function made(shape: Omit<BeitOptions, "numClasses">): Build {
  return (options) => new Beit({ ...shape, ...options });
}

/** BEiT and BEiT v2. */
export const beit: readonly ModelEntry[] = [
  ...timmEntries("Bao et al., BEiT: BERT pre-training of image transformers, 2022", {
    beit_base_patch16_224: made({ ...base, layerScale: 0.1 }),
    beit_base_patch16_384: made({ ...base, layerScale: 0.1 }),
    beit_large_patch16_224: made(large),
    beit_large_patch16_384: made(large),
    beit_large_patch16_512: made(large),
  }),
  ...timmEntries(
    "Peng et al., BEiT v2: Masked image modeling with vector-quantized visual tokenizers, 2022",
    {
      beitv2_base_patch16_224: made(base),
      beitv2_large_patch16_224: made(large),
    },
  ),
];
