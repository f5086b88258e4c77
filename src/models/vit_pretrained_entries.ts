/**
 * Vision transformers that were trained without classes, or beside texts, by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { timmEntries } from "./timm_entries.ts";
import { VIT_SIZES, vitBuilds } from "./vit_builds.ts";

const { small, medium, betwixt, base, basePlus, large, huge } = VIT_SIZES;
const { giant, gigantic, giantOfMeta, so400m } = VIT_SIZES;

/** Patches of 14 pixels, and images of any size that they tile. */
const dino = { patchSize: 14, layerScale: 1e-5, dynamicImageSize: true } as const;
const dinoReg = { ...dino, registers: 4, prefixPositions: false } as const;
const tips = { ...dino, layerScale: 1, registers: 1, prefixPositions: false } as const;

const dinov2 = timmEntries(
  "Oquab et al., DINOv2: Learning robust visual features without supervision, 2024",
  vitBuilds({
    vit_small_patch14_dinov2: { ...small, ...dino },
    vit_base_patch14_dinov2: { ...base, ...dino },
    vit_large_patch14_dinov2: { ...large, ...dino },
    vit_giant_patch14_dinov2: { ...giantOfMeta, ...dino },
  }),
);

const dinov2WithRegisters = timmEntries(
  "Darcet et al., Vision transformers need registers, 2024",
  vitBuilds({
    vit_small_patch14_reg4_dinov2: { ...small, ...dinoReg },
    vit_base_patch14_reg4_dinov2: { ...base, ...dinoReg },
    vit_large_patch14_reg4_dinov2: { ...large, ...dinoReg },
    vit_giant_patch14_reg4_dinov2: { ...giantOfMeta, ...dinoReg },
  }),
);

const tipsv2 = timmEntries(
  "Maninis et al., TIPS: Text-image pretraining with spatial awareness, 2025",
  vitBuilds({
    vit_base_patch14_reg1_tipsv2: { ...base, ...tips },
    vit_large_patch14_reg1_tipsv2: { ...large, ...tips },
    vit_so400m_patch14_reg1_tipsv2: { ...so400m, ...tips },
    vit_giant_patch14_reg1_tipsv2: { ...giantOfMeta, ...tips },
  }),
);

/** Image towers of CLIP; the projection to the embedding is the head. */
const tower = { preNorm: true, eps: 1e-5 } as const;
const tower14 = { ...tower, patchSize: 14 } as const;
const tower32 = { ...tower, patchSize: 32 } as const;
const quick = { activation: "quickGelu" } as const;

const openClip = timmEntries(
  "Cherti et al., Reproducible scaling laws for contrastive language-image learning, 2023",
  vitBuilds({
    vit_xsmall_patch16_clip_224: { dim: 256, depth: 10, heads: 4, ...tower },
    vit_medium_patch32_clip_224: { ...medium, ...tower32 },
    vit_medium_patch16_clip_224: { ...medium, ...tower },
    vit_betwixt_patch32_clip_224: { ...betwixt, ...tower32 },
    vit_base_patch32_clip_224: { ...base, ...tower32 },
    vit_base_patch32_clip_256: { ...base, ...tower32 },
    vit_base_patch32_clip_384: { ...base, ...tower32 },
    vit_base_patch32_clip_448: { ...base, ...tower32 },
    vit_base_patch16_clip_224: { ...base, ...tower },
    vit_base_patch16_clip_384: { ...base, ...tower },
    vit_base_patch16_plus_clip_240: { ...basePlus, ...tower },
    vit_large_patch14_clip_224: { ...large, ...tower14 },
    vit_large_patch14_clip_336: { ...large, ...tower14 },
    vit_huge_patch14_clip_224: { ...huge, ...tower14 },
    vit_huge_patch14_clip_336: { ...huge, ...tower14 },
    vit_huge_patch14_clip_378: { ...huge, ...tower14 },
    vit_giant_patch14_clip_224: { ...giant, ...tower14 },
    vit_gigantic_patch14_clip_224: { ...gigantic, ...tower14 },
    vit_gigantic_patch14_clip_378: { ...gigantic, ...tower14 },
  }),
);

const clip = timmEntries(
  "Radford et al., Learning transferable visual models from natural language supervision, 2021",
  vitBuilds({
    vit_base_patch32_clip_quickgelu_224: { ...base, ...tower32, ...quick },
    vit_base_patch16_clip_quickgelu_224: { ...base, ...tower, ...quick },
    vit_large_patch14_clip_quickgelu_224: { ...large, ...tower14, ...quick },
    vit_large_patch14_clip_quickgelu_336: { ...large, ...tower14, ...quick },
    vit_huge_patch14_clip_quickgelu_224: { ...huge, ...tower14, ...quick },
    vit_huge_patch14_clip_quickgelu_378: { ...huge, ...tower14, ...quick },
    vit_gigantic_patch14_clip_quickgelu_224: { ...gigantic, ...tower14, ...quick },
  }),
);

const eva = timmEntries(
  "Fang et al., EVA: Exploring the limits of masked visual representation learning at scale, 2023",
  vitBuilds({
    eva_large_patch14_196: { ...large, patchSize: 14, pool: "avg" },
    eva_large_patch14_336: { ...large, patchSize: 14, pool: "avg" },
  }),
);

const beit3Shape = { subNorms: true, pool: "avg", eps: 1e-5 } as const;
const beit3Giant = { ...giant, mlpRatio: 4.3637, patchSize: 14, ...beit3Shape } as const;

const beit3 = timmEntries(
  "Wang et al., Image as a foreign language: BEiT pretraining for vision and vision-language tasks, 2023",
  vitBuilds({
    beit3_base_patch16_224: { ...base, ...beit3Shape },
    beit3_large_patch16_224: { ...large, ...beit3Shape },
    beit3_giant_patch14_224: beit3Giant,
    beit3_giant_patch14_336: beit3Giant,
  }),
);

const intern = timmEntries(
  "Chen et al., How far are we to GPT-4V? Closing the gap to commercial multimodal models (InternViT), 2024",
  vitBuilds({
    vit_intern300m_patch14_448: {
      ...{ ...large, patchSize: 14, layerScale: 0.1, finalNorm: false, dynamicImageSize: true },
    },
  }),
);

/** The tokens of all teachers but the first count as registers; positions are those of 512 pixels. */
const radioV3 = { registers: 7, prefixPositions: false, finalNorm: false } as const;
const radioV4 = { ...radioV3, registers: 9 } as const;
const radioGiant = { dim: 1536, depth: 40, heads: 24 } as const;

const radio = timmEntries(
  "Heinrich et al., RADIOv2.5: improved baselines for agglomerative models, 2025; Ranzinger et al., C-RADIOv4, 2026",
  vitBuilds({
    vit_base_patch16_radio_v3: { ...base, ...radioV3, layerScale: 1e-5 },
    vit_large_patch16_radio_v3: { ...large, ...radioV3, layerScale: 1e-5 },
    vit_huge_patch16_radio_v3: { ...huge, ...radioV3 },
    vit_giant_patch16_radio_v3: { ...radioGiant, ...radioV3 },
    vit_so400m_patch16_radio_v4: { ...so400m, ...radioV4 },
    vit_huge_patch16_radio_v4: { ...huge, ...radioV4 },
  }),
);

/** Vision transformers that were trained without classes, or beside texts. */
export const vitPretrained: readonly ModelEntry[] = [
  ...dinov2,
  ...dinov2WithRegisters,
  ...tipsv2,
  ...openClip,
  ...clip,
  ...eva,
  ...beit3,
  ...intern,
  ...radio,
];
