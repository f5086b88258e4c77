/**
 * MIT's EfficientViTs, by timm's names.
 *
 * @module
 */

import { EfficientVit, type EfficientVitOptions } from "./efficientvit_mit.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const net = (shape: Omit<EfficientVitOptions, keyof BuildOptions>): Build => (options) =>
  new EfficientVit({ ...shape, ...options });

/** The registry's EfficientViTs of MIT. */
export const efficientvitMit: readonly ModelEntry[] = timmEntries(
  "Cai et al., EfficientViT: Multi-scale linear attention for high-resolution dense prediction, 2023",
  {
    efficientvit_b0: net({
      widths: [8, 16, 32, 64, 128],
      depths: [1, 2, 2, 2, 2],
      headDim: 16,
      headWidths: [1024, 1280],
    }),
    efficientvit_b1: net({
      widths: [16, 32, 64, 128, 256],
      depths: [1, 2, 3, 3, 4],
      headDim: 16,
      headWidths: [1536, 1600],
    }),
    efficientvit_b2: net({
      widths: [24, 48, 96, 192, 384],
      depths: [1, 3, 4, 4, 6],
      headDim: 32,
      headWidths: [2304, 2560],
    }),
    efficientvit_b3: net({
      widths: [32, 64, 128, 256, 512],
      depths: [1, 4, 6, 6, 9],
      headDim: 32,
      headWidths: [2304, 2560],
    }),
    efficientvit_l1: net({
      widths: [32, 64, 128, 256, 512],
      depths: [1, 1, 1, 6, 6],
      headDim: 32,
      headWidths: [3072, 3200],
      isLarge: true,
    }),
    efficientvit_l2: net({
      widths: [32, 64, 128, 256, 512],
      depths: [1, 2, 2, 8, 8],
      headDim: 32,
      headWidths: [3072, 3200],
      isLarge: true,
    }),
    efficientvit_l3: net({
      widths: [64, 128, 256, 512, 1024],
      depths: [1, 2, 2, 8, 8],
      headDim: 32,
      headWidths: [6144, 6400],
      isLarge: true,
    }),
  },
);
