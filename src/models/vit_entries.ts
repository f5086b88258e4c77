/**
 * The vision transformers by timm's names.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { CLIP_MEAN, CLIP_STD } from "./parts/clip_statistics.ts";
import { patchStages, UNTAGGED } from "./untagged.ts";
import { VisionTransformer, type VitOptions } from "./vit.ts";

type Size = Pick<VitOptions, "dim" | "depth" | "heads" | "mlpRatio">;
type Statistics = Pick<ModelEntry, "mean" | "std">;

const sizes = {
  tiny: { dim: 192, depth: 12, heads: 3 },
  small: { dim: 384, depth: 12, heads: 6 },
  base: { dim: 768, depth: 12, heads: 12 },
  large: { dim: 1024, depth: 24, heads: 16 },
  huge: { dim: 1280, depth: 32, heads: 16 },
  giantClip: { dim: 1408, depth: 40, heads: 16, mlpRatio: 48 / 11 },
  giantDino: { dim: 1536, depth: 40, heads: 24, mlpRatio: 2.66667 * 2 },
} satisfies Record<string, Size>;

const inception: Statistics = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const imagenet: Statistics = { mean: IMAGENET_MEAN, std: IMAGENET_STD };
const clip: Statistics = { mean: CLIP_MEAN, std: CLIP_STD };

const papers = {
  vit: "Dosovitskiy et al., An image is worth 16x16 words, 2021",
  augreg: "Steiner et al., How to train your ViT?, 2022",
  dino: "Caron et al., Emerging properties in self-supervised vision transformers, 2021",
  dinov2: "Oquab et al., DINOv2: Learning robust visual features without supervision, 2024",
  registers: "Darcet et al., Vision transformers need registers, 2024",
  clip:
    "Radford et al., Learning transferable visual models from natural language supervision, 2021",
  openClip:
    "Cherti et al., Reproducible scaling laws for contrastive language-image learning, 2023",
};

function entry(
  name: string,
  architecture: Omit<VitOptions, "numClasses"> & Required<Pick<VitOptions, "dim">>,
  facts: Statistics & Pick<ModelEntry, "paper" | "numClasses"> & { crop?: number; source?: string },
): ModelEntry {
  const inputSize = architecture.imageSize ?? 224;
  const { paper, mean, std, numClasses, crop = 0.9, source = "timm" } = facts;
  return {
    ...UNTAGGED,
    ...patchStages(architecture.dim, architecture.patchSize ?? 16, inputSize),
    license: null,
    name,
    source,
    paper,
    inputSize,
    cropFraction: crop,
    mean,
    std,
    interpolation: "bicubic",
    featureDim: architecture.dim,
    numClasses,
    build: ({ imageSize = inputSize, ...options }: BuildOptions) =>
      new VisionTransformer({ ...architecture, imageSize, ...options }),
  };
}

/** Plain ones, trained on ImageNet-21k and then on ImageNet; those without classes here have no head for it. */
function plain(
  size: "tiny" | "small" | "base" | "large" | "huge",
  patchSize: number,
  imageSize: number,
  facts: Partial<Parameters<typeof entry>[2]> = {},
): ModelEntry {
  return entry(
    `vit_${size}_patch${patchSize}_${imageSize}`,
    { ...sizes[size], patchSize, imageSize },
    {
      paper: papers.augreg,
      numClasses: 1000,
      crop: imageSize === 384 ? 1 : 0.9,
      ...inception,
      ...facts,
    },
  );
}

/** DINOv2, whose images may have any size that patches tile. */
function dinov2(size: "small" | "base" | "large" | "giant", registers: 0 | 4): ModelEntry {
  return entry(
    `vit_${size}_patch14_${registers ? "reg4_" : ""}dinov2`,
    {
      ...(size === "giant" ? { ...sizes.giantDino, activation: "swiglu" as const } : sizes[size]),
      patchSize: 14,
      imageSize: 518,
      layerScale: 1e-5,
      registers,
      prefixPositions: registers === 0,
      dynamicImageSize: true,
    },
    { paper: registers ? papers.registers : papers.dinov2, numClasses: 0, crop: 1, ...imagenet },
  );
}

/** Image towers of CLIP; the projection to the embedding is the head. */
function clipTower(
  size: "base" | "large" | "huge" | "giant",
  patchSize: number,
  imageSize: number,
  facts: { numClasses: number; quick?: boolean; crop?: number; statistics?: Statistics },
): ModelEntry {
  const { quick = false, numClasses, crop = 1, statistics = clip } = facts;
  return entry(
    `vit_${size}_patch${patchSize}_clip_${quick ? "quickgelu_" : ""}${imageSize}`,
    {
      ...sizes[size === "giant" ? "giantClip" : size],
      patchSize,
      imageSize,
      preNorm: true,
      eps: 1e-5,
      activation: quick ? "quickGelu" : "gelu",
    },
    { paper: quick ? papers.clip : papers.openClip, numClasses, crop, ...statistics },
  );
}

/** The vision transformers. */
export const vit: readonly ModelEntry[] = [
  // For CIFAR's images, which it cuts into 64 patches.
  {
    ...entry("vit_tiny_patch4_32", { ...sizes.tiny, patchSize: 4, imageSize: 32 }, {
      paper: papers.vit,
      source: "timm's names, without published weights",
      ...CIFAR10_IMAGES,
    }),
    ...CIFAR10_IMAGES,
  },
  plain("tiny", 16, 224),
  plain("tiny", 16, 384),
  plain("small", 32, 224),
  plain("small", 32, 384),
  plain("small", 16, 224),
  plain("small", 16, 384),
  plain("small", 8, 224, { paper: papers.dino, numClasses: 0, ...imagenet }),
  plain("base", 32, 224),
  plain("base", 32, 384),
  plain("base", 16, 224),
  plain("base", 16, 384),
  plain("base", 8, 224),
  plain("large", 32, 224, { paper: papers.vit, numClasses: 0 }),
  plain("large", 32, 384, { paper: papers.vit }),
  plain("large", 16, 224),
  plain("large", 16, 384),
  plain("large", 14, 224, { paper: papers.vit, source: "timm's names, without published weights" }),
  plain("huge", 14, 224, { paper: papers.vit, numClasses: 0 }),
  ...([0, 4] as const).flatMap((registers) =>
    (["small", "base", "large", "giant"] as const).map((size) => dinov2(size, registers))
  ),
  clipTower("base", 32, 224, { numClasses: 1000, crop: 0.9 }),
  clipTower("base", 32, 256, { numClasses: 512 }),
  clipTower("base", 16, 224, { numClasses: 1000, crop: 0.95 }),
  clipTower("base", 16, 384, { numClasses: 1000 }),
  clipTower("large", 14, 224, { numClasses: 1000, statistics: inception }),
  clipTower("large", 14, 336, { numClasses: 1000, statistics: inception }),
  clipTower("huge", 14, 224, { numClasses: 1000 }),
  clipTower("giant", 14, 224, { numClasses: 1024 }),
  clipTower("base", 32, 224, { quick: true, numClasses: 512, crop: 0.9 }),
  clipTower("base", 16, 224, { quick: true, numClasses: 512 }),
  clipTower("large", 14, 224, { quick: true, numClasses: 768 }),
  clipTower("large", 14, 336, { quick: true, numClasses: 768 }),
  clipTower("huge", 14, 224, { quick: true, numClasses: 1024 }),
];
