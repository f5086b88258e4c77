/**
 * The PP-HGNets, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { HgNet, type HgNetOptions } from "./hgnet.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Four = readonly [number, number, number, number];

const build =
  (others: Pick<HgNetOptions, "v2" | "affine">) =>
  (stem: readonly number[], inner: Four, widths: Four, depths: Four, layers: number): Build =>
  (options) => new HgNet({ ...options, stem, inner, widths, depths, layers, ...others });

const v1 = build({});
const v2 = build({ v2: true });
const affine = build({ v2: true, affine: true });

/** The registry's PP-HGNets. */
export const hgNet: readonly ModelEntry[] = [
  ...timmEntries("PaddleClas, PP-HGNet: High performance GPU network, 2022", {
    hgnet_tiny: v1([48, 48, 96], [96, 128, 160, 192], [224, 448, 512, 768], [1, 1, 2, 1], 5),
    hgnet_small: v1([64, 64, 128], [128, 160, 192, 224], [256, 512, 768, 1024], [1, 1, 2, 1], 6),
    hgnet_base: v1([96, 96, 160], [192, 224, 256, 288], [320, 640, 960, 1280], [1, 2, 3, 2], 7),
  }),
  ...timmEntries("PaddleClas, PP-HGNetV2, 2023", {
    hgnetv2_b0: affine([16, 16], [16, 32, 64, 128], [64, 256, 512, 1024], [1, 1, 2, 1], 3),
    hgnetv2_b1: affine([24, 32], [32, 48, 96, 192], [64, 256, 512, 1024], [1, 1, 2, 1], 3),
    hgnetv2_b2: affine([24, 32], [32, 64, 128, 256], [96, 384, 768, 1536], [1, 1, 3, 1], 4),
    hgnetv2_b3: affine([24, 32], [32, 64, 128, 256], [128, 512, 1024, 2048], [1, 1, 3, 1], 5),
    hgnetv2_b4: v2([32, 48], [48, 96, 192, 384], [128, 512, 1024, 2048], [1, 1, 3, 1], 6),
    hgnetv2_b5: v2([32, 64], [64, 128, 256, 512], [128, 512, 1024, 2048], [1, 2, 5, 2], 6),
    hgnetv2_b6: v2([48, 96], [96, 192, 384, 768], [192, 512, 1024, 2048], [2, 3, 6, 3], 6),
  }),
];
