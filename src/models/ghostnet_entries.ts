/**
 * The GhostNets, by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { GhostNet, type GhostRow } from "./ghostnet.ts";
import type { GhostVersion } from "./parts/ghost_module.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

/** Han et al. 2020, table 1: kernel, middle, channels, squeeze, stride. */
const ROWS: readonly (readonly GhostRow[])[] = [
  [[3, 16, 16, 0, 1]],
  [[3, 48, 24, 0, 2]],
  [[3, 72, 24, 0, 1]],
  [[5, 72, 40, 0.25, 2]],
  [[5, 120, 40, 0.25, 1]],
  [[3, 240, 80, 0, 2]],
  [
    [3, 200, 80, 0, 1],
    [3, 184, 80, 0, 1],
    [3, 184, 80, 0, 1],
    [3, 480, 112, 0.25, 1],
    [3, 672, 112, 0.25, 1],
  ],
  [[5, 672, 160, 0.25, 2]],
  [
    [5, 960, 160, 0, 1],
    [5, 960, 160, 0.25, 1],
    [5, 960, 160, 0, 1],
    [5, 960, 160, 0.25, 1],
  ],
];

const net = (version: GhostVersion, widthFactor: number): Build => (options) =>
  new GhostNet({ rows: ROWS, version, widthFactor, ...options });

/** The GhostNets of three papers. */
export const ghostnet: readonly ModelEntry[] = [
  ...timmEntries("Han et al., GhostNet: More features from cheap operations, 2020", {
    ghostnet_050: net(1, 0.5),
    ghostnet_100: net(1, 1),
    ghostnet_130: net(1, 1.3),
  }),
  ...timmEntries(
    "Tang et al., GhostNetV2: Enhance cheap operation with long-range attention, 2022",
    {
      ghostnetv2_100: net(2, 1),
      ghostnetv2_130: net(2, 1.3),
      ghostnetv2_160: net(2, 1.6),
    },
  ),
  ...timmEntries(
    "Liu et al., GhostNetV3: Exploring the training strategies for compact models, 2024",
    {
      ghostnetv3_050: net(3, 0.5),
      ghostnetv3_100: net(3, 1),
      ghostnetv3_130: net(3, 1.3),
      ghostnetv3_160: net(3, 1.6),
    },
  ),
];
