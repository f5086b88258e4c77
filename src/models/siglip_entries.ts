/**
 * The image towers of SigLIP and SigLIP 2 by timm's names.
 *
 * @module
 */

import { isTransformersSiglip } from "./dialects/siglip.ts";
import type { ModelEntry } from "./entry.ts";
import { timmEntries } from "./timm_entries.ts";
import { VIT_SIZES, type VitArchitecture, vitBuilds } from "./vit_builds.ts";

const { base, large } = VIT_SIZES;
/** timm says the ratio in fewer digits here; the hidden width is 4304 by both. */
const so400m = { ...VIT_SIZES.so400m, mlpRatio: 3.7362 } as const;
const giantOpt = { dim: 1536, depth: 40, heads: 16 } as const;

/** Features are what a learned query finds among the patches. */
const map = { classToken: false, pool: "map" } as const;
/** Features are the mean of the patches, as PaliGemma takes them: the same towers without the query. */
const gap = { classToken: false, fcNorm: false } as const;
/** Sizes that there were only from SigLIP 2 on, which trained with the GELU of its own time. */
const tanh = { activation: "geluTanh" } as const;

/** By what stands for `map` in their names: the towers with either pooling. */
function towers(
  pool: VitArchitecture,
  name: "siglip" | "siglip_gap",
): Record<string, VitArchitecture> {
  return {
    [`vit_base_patch32_${name}_256`]: { ...base, patchSize: 32, ...pool, ...tanh },
    [`vit_base_patch16_${name}_224`]: { ...base, ...pool },
    [`vit_base_patch16_${name}_256`]: { ...base, ...pool },
    [`vit_base_patch16_${name}_384`]: { ...base, ...pool },
    [`vit_base_patch16_${name}_512`]: { ...base, ...pool },
    [`vit_large_patch16_${name}_256`]: { ...large, ...pool },
    [`vit_large_patch16_${name}_384`]: { ...large, ...pool },
    [`vit_large_patch16_${name}_512`]: { ...large, ...pool, ...tanh },
    [`vit_so400m_patch14_${name}_224`]: { ...so400m, patchSize: 14, ...pool },
    [`vit_so400m_patch14_${name}_378`]: { ...so400m, patchSize: 14, ...pool },
    // 27 patches of 14 pixels are 378: the rest is not seen.
    [`vit_so400m_patch14_${name}_384`]: { ...so400m, patchSize: 14, ragged: true, ...pool },
    [`vit_so400m_patch16_${name}_256`]: { ...so400m, ...pool, ...tanh },
    [`vit_so400m_patch16_${name}_384`]: { ...so400m, ...pool, ...tanh },
    [`vit_so400m_patch16_${name}_512`]: { ...so400m, ...pool, ...tanh },
    [`vit_giantopt_patch16_${name}_256`]: { ...giantOpt, ...pool, ...tanh },
    [`vit_giantopt_patch16_${name}_384`]: { ...giantOpt, ...pool, ...tanh },
  };
}

const paper = "Zhai et al., Sigmoid loss for language image pre-training, 2023; " +
  "Tschannen et al., SigLIP 2: multilingual vision-language encoders, 2025";

/**
 * timm's towers, and where timm takes another GELU than SigLIP was trained with and transformers takes, those of
 * transformers beside them: files with transformers' names are of those, by either name.
 */
function bothPublishers(architectures: Readonly<Record<string, VitArchitecture>>): ModelEntry[] {
  return timmEntries(paper, vitBuilds(architectures)).flatMap((timm) => {
    const architecture = architectures[timm.name];
    if (architecture.activation !== undefined) return [timm];
    const { tagged: _, ...facts } = timm;
    const name = `transformers/${timm.name}`;
    const { [name]: build } = vitBuilds({ [name]: { ...architecture, ...tanh } });
    const own: ModelEntry = {
      ...facts,
      ...{ name, source: "transformers, with timm's names", tag: null, tags: [], hub: null },
      build: (options) => build({ ...options, imageSize: options.imageSize ?? facts.inputSize }),
    };
    return [{ ...timm, ofFile: (names) => isTransformersSiglip(new Set(names)) ? own : null }, own];
  });
}

/** The image towers of SigLIP and SigLIP 2 for images of one size. */
export const siglip: readonly ModelEntry[] = bothPublishers({
  ...towers(map, "siglip"),
  ...towers(gap, "siglip_gap"),
  // PaliGemma's (Beyer et al. 2024).
  vit_so400m_patch14_siglip_gap_448: { ...so400m, patchSize: 14, ...gap },
  vit_so400m_patch14_siglip_gap_896: { ...so400m, patchSize: 14, ...gap },
});
