/**
 * The Hieras by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { Hiera } from "./hiera.ts";
import type { HieraOptions } from "./hiera_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const papers = {
  hiera:
    "Ryali, Hu, Bolya, Wei, Fan, Huang, Aggarwal, Chowdhury, Poursaeed, Hoffman, Malik, Li, Feichtenhofer: Hiera: A " +
    "Hierarchical Vision Transformer without the Bells-and-Whistles, ICML 2023",
  positions:
    "Bolya, Ryali, Hoffman, Feichtenhofer: Window Attention is Bugged: How not to Interpolate Position Embeddings, " +
    "ICLR 2024",
};

const net = (shape: Omit<HieraOptions, "numClasses">): Build => (options) =>
  new Hiera({ ...shape, ...options });

/** The registry's Hieras: table 2 of the paper. */
export const hiera: readonly ModelEntry[] = [
  ...timmEntries(papers.hiera, {
    hiera_tiny_224: net({ dim: 96, heads: 1, depths: [1, 2, 7, 2] }),
    hiera_small_224: net({ dim: 96, heads: 1, depths: [1, 2, 11, 2] }),
    hiera_base_224: net({ dim: 96, heads: 1, depths: [2, 3, 16, 3] }),
    hiera_base_plus_224: net({ dim: 112, heads: 2, depths: [2, 3, 16, 3] }),
    hiera_large_224: net({ dim: 144, heads: 2, depths: [2, 6, 36, 4] }),
    hiera_huge_224: net({ dim: 256, heads: 4, depths: [2, 6, 36, 4] }),
  }),
  ...timmEntries(papers.positions, {
    hiera_small_abswin_256: net({
      ...{ dim: 96, heads: 1, depths: [1, 2, 11, 2], globalPositions: 16 },
      ...{ layerScale: 1e-5, expands: false },
    }),
    hiera_base_abswin_256: net({
      ...{ dim: 96, heads: 1, depths: [2, 3, 16, 3], globalPositions: 14, layerScale: 1e-5 },
    }),
  }),
];
