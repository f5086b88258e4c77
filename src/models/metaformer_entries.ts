/**
 * The MetaFormers by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { MetaFormer, type MetaFormerOptions } from "./metaformer.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const papers = {
  poolformer:
    "Yu, Luo, Zhou, Si, Zhou, Wang, Feng, Yan: MetaFormer is Actually What You Need for Vision, CVPR 2022",
  baselines:
    "Yu, Si, Zhou, Luo, Zhou, Feng, Yan, Wang: MetaFormer Baselines for Vision, TPAMI 2024",
};

type Shape = Omit<MetaFormerOptions, "numClasses">;

const net = (shape: Shape): Build => (options) => new MetaFormer({ ...shape, ...options });

const pool = ["pool", "pool", "pool", "pool"] as const;
const conv = ["conv", "conv", "conv", "conv"] as const;
const convThenAttention = ["conv", "conv", "attention", "attention"] as const;

/** The sizes of PoolFormers: table 1 of its paper. */
const small = { dims: [64, 128, 320, 512], mixers: pool, hiddenHead: false };
const medium = { dims: [96, 192, 384, 768], mixers: pool, hiddenHead: false };
const depths12 = [2, 2, 6, 2];
const depths24 = [4, 4, 12, 4];
const depths36 = [6, 6, 18, 6];
const depths48 = [8, 8, 24, 8];

const first = (shape: Shape, layerScale: number): Build =>
  net({ ...shape, layerScale, baseline: false });

/** The sizes of the baselines: table 1 of their paper. */
const s18 = { dims: [64, 128, 320, 512], depths: [3, 3, 9, 3] };
const s36 = { dims: [64, 128, 320, 512], depths: [3, 12, 18, 3] };
const m36 = { dims: [96, 192, 384, 576], depths: [3, 12, 18, 3] };
const b36 = { dims: [128, 256, 512, 768], depths: [3, 12, 18, 3] };

/** The registry's MetaFormers. */
export const metaformer: readonly ModelEntry[] = [
  ...timmEntries(papers.poolformer, {
    poolformer_s12: first({ ...small, depths: depths12 }, 1e-5),
    poolformer_s24: first({ ...small, depths: depths24 }, 1e-5),
    poolformer_s36: first({ ...small, depths: depths36 }, 1e-6),
    poolformer_m36: first({ ...medium, depths: depths36 }, 1e-6),
    poolformer_m48: first({ ...medium, depths: depths48 }, 1e-6),
  }),
  ...timmEntries(papers.baselines, {
    poolformerv2_s12: net({ ...small, depths: depths12 }),
    poolformerv2_s24: net({ ...small, depths: depths24 }),
    poolformerv2_s36: net({ ...small, depths: depths36 }),
    poolformerv2_m36: net({ ...medium, depths: depths36 }),
    poolformerv2_m48: net({ ...medium, depths: depths48 }),
    convformer_s18: net({ ...s18, mixers: conv }),
    convformer_s36: net({ ...s36, mixers: conv }),
    convformer_m36: net({ ...m36, mixers: conv }),
    convformer_b36: net({ ...b36, mixers: conv }),
    caformer_s18: net({ ...s18, mixers: convThenAttention }),
    caformer_s36: net({ ...s36, mixers: convThenAttention }),
    caformer_m36: net({ ...m36, mixers: convThenAttention }),
    caformer_b36: net({ ...b36, mixers: convThenAttention }),
  }),
];
