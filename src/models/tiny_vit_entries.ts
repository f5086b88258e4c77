/**
 * The TinyViTs by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { TinyVit, type TinyVitOptions } from "./tiny_vit.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Shape = Pick<TinyVitOptions, "dims" | "heads">;

const depths = [2, 2, 6, 2];

/** For images whose last map has a side of `window`, with the stochastic depth that it was published with. */
function net(shape: Shape, window: number, published: number): Build {
  const windows = [window, window, 2 * window, window];
  return ({ dropPath = published, ...options }) =>
    new TinyVit({ ...options, ...shape, depths, windows, dropPath });
}

const five: Shape = { dims: [64, 128, 160, 320], heads: [2, 4, 5, 10] };
const eleven: Shape = { dims: [64, 128, 256, 448], heads: [2, 4, 8, 14] };
const twentyOne: Shape = { dims: [96, 192, 384, 576], heads: [3, 6, 12, 18] };

/** The registry's TinyViTs: table 7 of the paper's appendix. */
export const tinyVit: readonly ModelEntry[] = timmEntries(
  "Wu, Zhang, Peng, Liu, Xiao, Fu, Yuan: TinyViT: Fast Pretraining Distillation for Small Vision Transformers, ECCV 2022",
  {
    tiny_vit_5m_224: net(five, 7, 0),
    tiny_vit_11m_224: net(eleven, 7, 0.1),
    tiny_vit_21m_224: net(twentyOne, 7, 0.2),
    tiny_vit_21m_384: net(twentyOne, 12, 0.1),
    tiny_vit_21m_512: net(twentyOne, 16, 0.1),
  },
);
