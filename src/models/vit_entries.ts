/**
 * The plain vision transformers by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { timmEntries } from "./timm_entries.ts";
import { patchStages, UNTAGGED } from "./untagged.ts";
import { VisionTransformer } from "./vit.ts";
import { VIT_SIZES, vitBuilds } from "./vit_builds.ts";

const { tiny, small, medium, betwixt, base, basePlus, large, huge } = VIT_SIZES;
const { giant, gigantic, so150m, so150m2 } = VIT_SIZES;

const VIT = "Dosovitskiy et al., An image is worth 16x16 words, 2021";

/** For CIFAR's images, which it cuts into 64 patches. */
const ofCifar: ModelEntry = {
  ...UNTAGGED,
  ...patchStages(tiny.dim, 4, 32),
  ...CIFAR10_IMAGES,
  license: null,
  name: "vit_tiny_patch4_32",
  source: "timm's names, without published weights",
  paper: VIT,
  featureDim: tiny.dim,
  build: (options) => new VisionTransformer({ ...tiny, patchSize: 4, imageSize: 32, ...options }),
};

const classic = timmEntries(
  `${VIT}; Steiner et al., How to train your ViT?, 2022`,
  vitBuilds({
    vit_tiny_patch16_224: tiny,
    vit_tiny_patch16_384: tiny,
    vit_small_patch32_224: { ...small, patchSize: 32 },
    vit_small_patch32_384: { ...small, patchSize: 32 },
    vit_small_patch16_224: small,
    vit_small_patch16_384: small,
    vit_small_patch8_224: { ...small, patchSize: 8 },
    vit_base_patch32_224: { ...base, patchSize: 32 },
    vit_base_patch32_384: { ...base, patchSize: 32 },
    vit_base_patch16_224: base,
    vit_base_patch16_384: base,
    vit_base_patch8_224: { ...base, patchSize: 8 },
    vit_large_patch32_224: { ...large, patchSize: 32 },
    vit_large_patch32_384: { ...large, patchSize: 32 },
    vit_large_patch16_224: large,
    vit_large_patch16_384: large,
    vit_large_patch14_224: { ...large, patchSize: 14 },
    vit_huge_patch14_224: { ...huge, patchSize: 14 },
    vit_giant_patch14_224: { ...giant, patchSize: 14 },
    vit_gigantic_patch14_224: { ...gigantic, patchSize: 14 },
    vit_base_patch16_224_miil: { ...base, qkvBias: false },
    vit_base_patch32_plus_256: { ...basePlus, patchSize: 32, layerScale: 1e-5 },
    vit_base_patch16_plus_240: { ...basePlus, layerScale: 1e-5 },
    vit_base_patch16_rpn_224: {
      ...{ ...base, block: "post", layerScale: 1e-5, qkvBias: false, classToken: false },
    },
  }),
);

const deeper = timmEntries(
  "Touvron et al., Three things everyone should know about vision transformers, 2022",
  vitBuilds({
    vit_small_patch16_36x1_224: { ...small, depth: 36, layerScale: 1e-5 },
    vit_small_patch16_18x2_224: { ...small, depth: 18, layerScale: 1e-5, block: "paired" },
    vit_base_patch16_18x2_224: { ...base, depth: 18, layerScale: 1e-5, block: "paired" },
  }),
);

/** The mean of the patches after the last norm, without class token. */
const gap = { classToken: false, fcNorm: false } as const;
const gapScaled = { ...gap, qkvBias: false, layerScale: 1e-6 } as const;

const pooled = timmEntries(
  `${VIT}; Assran et al., Self-supervised learning from images with a joint-embedding predictive architecture, 2023`,
  vitBuilds({
    vit_medium_patch16_gap_240: { ...medium, ...gapScaled },
    vit_medium_patch16_gap_256: { ...medium, ...gapScaled },
    vit_medium_patch16_gap_384: { ...medium, ...gapScaled },
    vit_betwixt_patch16_gap_256: { ...betwixt, ...gapScaled },
    vit_base_patch16_gap_224: { ...base, heads: 16, ...gap },
    vit_huge_patch14_gap_224: { ...huge, patchSize: 14, ...gap },
    vit_huge_patch16_gap_448: { ...huge, ...gap },
    vit_giant_patch16_gap_224: { ...giant, ...gap },
  }),
);

const wee = { dim: 256, depth: 14, heads: 4, mlpRatio: 5 } as const;
const little = { dim: 320, depth: 14, heads: 5, mlpRatio: 5.6 } as const;
const mediumDeep = { ...medium, depth: 20 } as const;
const registered = { classToken: false, prefixPositions: false, layerScale: 1e-5 } as const;
const reg1 = { ...registered, registers: 1 } as const;
const reg4 = { ...registered, registers: 4 } as const;
/** Registers that have positions. */
const so150mReg4 = { ...so150m, classToken: false, registers: 4 } as const;
const so150m2Reg1 = {
  ...{ ...so150m2, classToken: false, registers: 1, layerScale: 1e-5, qkvBias: false },
} as const;

const withRegisters = timmEntries(
  "Darcet et al., Vision transformers need registers, 2024; Alabdulmohsin et al., Getting ViT in shape, 2023",
  vitBuilds({
    vit_wee_patch16_reg1_gap_256: { ...wee, ...reg1 },
    vit_little_patch16_reg1_gap_256: { ...little, ...reg1 },
    vit_little_patch16_reg4_gap_256: { ...little, ...reg4 },
    vit_medium_patch16_reg1_gap_256: { ...medium, ...reg1 },
    vit_medium_patch16_reg4_gap_256: { ...medium, ...reg4 },
    vit_mediumd_patch16_reg4_gap_256: { ...mediumDeep, ...reg4 },
    vit_mediumd_patch16_reg4_gap_384: { ...mediumDeep, ...reg4 },
    vit_betwixt_patch16_reg1_gap_256: { ...betwixt, ...reg1 },
    vit_betwixt_patch16_reg4_gap_256: { ...betwixt, ...reg4 },
    vit_betwixt_patch16_reg4_gap_384: { ...betwixt, ...reg4 },
    vit_base_patch16_reg4_gap_256: { ...base, ...reg4, layerScale: undefined },
    vit_so150m_patch16_reg4_gap_256: { ...so150mReg4, fcNorm: false },
    vit_so150m_patch16_reg4_gap_384: { ...so150mReg4, fcNorm: false },
    vit_so150m_patch16_reg4_map_256: { ...so150mReg4, pool: "map" },
    vit_so150m2_patch16_reg1_gap_256: so150m2Reg1,
    vit_so150m2_patch16_reg1_gap_384: so150m2Reg1,
    vit_so150m2_patch16_reg1_gap_448: so150m2Reg1,
  }),
);

const flexible = timmEntries(
  "Beyer et al., FlexiViT: one model for all patch sizes, 2023",
  vitBuilds({
    flexivit_small: { ...small, prefixPositions: false },
    flexivit_base: { ...base, prefixPositions: false },
    flexivit_large: { ...large, prefixPositions: false },
  }),
);

/** Attention and MLP side by side. */
const xp = {
  block: "joint",
  norm: "rms",
  qkvBias: false,
  qkNorm: true,
  preNorm: true,
  prefixPositions: false,
} as const;

const joint = timmEntries(
  "Dehghani et al., Scaling vision transformers to 22 billion parameters, 2023",
  vitBuilds({
    vit_base_patch16_xp_224: { ...base, ...xp },
    vit_large_patch14_xp_224: { ...large, patchSize: 14, ...xp },
    vit_huge_patch14_xp_224: { ...huge, patchSize: 14, ...xp },
    vit_pwee_patch16_reg1_gap_256: { ...wee, ...reg1, depth: 16, block: "joint" },
  }),
);

const differential = timmEntries(
  "Ye et al., Differential transformer, 2025",
  vitBuilds({
    vit_dwee_patch16_reg1_gap_256: { ...wee, ...reg1, differential: true },
    vit_dpwee_patch16_reg1_gap_256: {
      ...{ ...wee, ...reg1, depth: 16, block: "joint", differential: true },
    },
    vit_dlittle_patch16_reg1_gap_256: { ...little, ...reg1, differential: true },
  }),
);

/** timm's own, for tests: a download of less than 2 MB. */
const forTests = timmEntries(
  VIT,
  vitBuilds({
    test_vit: { dim: 64, depth: 6, heads: 2, mlpRatio: 3, dynamicImageSize: true },
    test_vit2: {
      ...{ dim: 64, depth: 8, heads: 2, mlpRatio: 3, dynamicImageSize: true },
      ...{ classToken: false, registers: 1, layerScale: 1e-5 },
    },
    test_vit4: {
      ...{ dim: 96, depth: 9, heads: 3, mlpRatio: 3, dynamicImageSize: true, norm: "rms" },
      ...{ classToken: false, registers: 1, layerScale: 1e-5 },
    },
    test_vit3: {
      ...{ dim: 96, depth: 9, heads: 3, mlpRatio: 2, pool: "map", poolRegisters: true },
      ...{ classToken: false, registers: 1, layerScale: 1e-5 },
    },
  }),
);

/** The plain vision transformers. */
export const vit: readonly ModelEntry[] = [
  ofCifar,
  ...classic,
  ...deeper,
  ...pooled,
  ...withRegisters,
  ...flexible,
  ...joint,
  ...differential,
  ...forTests,
];
