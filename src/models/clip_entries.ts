/**
 * CLIP's image towers by OpenAI's and OpenCLIP's names.
 *
 * @module
 */

import { ClipImageTower, type ClipOptions } from "./clip.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { patchStages, UNTAGGED } from "./untagged.ts";
import { CLIP_MEAN, CLIP_STD } from "./parts/clip_statistics.ts";

const sizes = {
  b: { dim: 768, depth: 12, heads: 12, embedDim: 512 },
  l: { dim: 1024, depth: 24, heads: 16, embedDim: 768 },
  h: { dim: 1280, depth: 32, heads: 16, embedDim: 1024 },
  g: { dim: 1408, depth: 40, heads: 16, embedDim: 1024, mlpRatio: 4.3637 },
} satisfies Record<string, Partial<ClipOptions>>;

function tower(
  publisher: "clip" | "open_clip",
  size: keyof typeof sizes,
  patchSize: number,
  imageSize = 224,
): ModelEntry {
  const openAi = publisher === "clip";
  const activation = openAi ? "quickGelu" : "gelu";
  return {
    ...UNTAGGED,
    ...patchStages(sizes[size].dim, patchSize, imageSize),
    license: "mit",
    name: `${publisher}_vit_${size}_${patchSize}${imageSize === 224 ? "" : `_${imageSize}`}`,
    source: openAi ? "OpenAI's CLIP" : "OpenCLIP",
    paper: openAi
      ? "Radford et al., Learning transferable visual models from natural language supervision, 2021"
      : "Cherti et al., Reproducible scaling laws for contrastive language-image learning, 2023",
    inputSize: imageSize,
    cropFraction: 1,
    // A few of OpenCLIP's weights were trained with 0.5 for both: their own configuration says so.
    mean: CLIP_MEAN,
    std: CLIP_STD,
    interpolation: "bicubic",
    featureDim: sizes[size].embedDim,
    numClasses: 0,
    build: ({ imageSize: side = imageSize, ...options }: BuildOptions) =>
      new ClipImageTower({ ...sizes[size], patchSize, imageSize: side, activation, ...options }),
  };
}

/** CLIP's image towers. Their features are the projected embeddings. */
export const clip: readonly ModelEntry[] = [
  tower("clip", "b", 32),
  tower("clip", "b", 16),
  tower("clip", "l", 14),
  tower("clip", "l", 14, 336),
  tower("open_clip", "b", 32),
  tower("open_clip", "b", 16),
  tower("open_clip", "l", 14),
  tower("open_clip", "h", 14),
  tower("open_clip", "g", 14),
];
