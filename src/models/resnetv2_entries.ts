/**
 * The ResNetV2s and Big Transfer, by timm's names.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { ResNetV2, type ResNetV2Options } from "./resnetv2.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const net = (shape: Omit<ResNetV2Options, keyof BuildOptions>): Build => (options) =>
  new ResNetV2({ ...shape, ...options });

const depths = { 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3] };
const small = { basic: true, widths: [64, 128, 256, 512] };
const bit = (depth: keyof typeof depths, widthFactor: number): Build =>
  net({ depths: depths[depth], widthFactor, norm: "bit" });

/** The registry's residual networks with pre-activation. */
export const resnetV2: readonly ModelEntry[] = [
  ...timmEntries("He et al., Identity mappings in deep residual networks, 2016", {
    resnetv2_18: net({ ...small, depths: [2, 2, 2, 2] }),
    resnetv2_18d: net({ ...small, depths: [2, 2, 2, 2], stem: "deep" }),
    resnetv2_34: net({ ...small, depths: depths[50] }),
    resnetv2_34d: net({ ...small, depths: depths[50], stem: "deep" }),
    resnetv2_50: net({ depths: depths[50] }),
    resnetv2_50d: net({ depths: depths[50], stem: "deep" }),
    resnetv2_50t: net({ depths: depths[50], stem: "tiered" }),
    resnetv2_50d_gn: net({ depths: depths[50], stem: "deep", norm: "group" }),
    resnetv2_101: net({ depths: depths[101] }),
    resnetv2_101d: net({ depths: depths[101], stem: "deep" }),
    resnetv2_152: net({ depths: depths[152] }),
    resnetv2_152d: net({ depths: depths[152], stem: "deep" }),
  }),
  ...timmEntries(
    "Kolesnikov et al., Big transfer (BiT): General visual representation learning, 2020",
    {
      resnetv2_50x1_bit: bit(50, 1),
      resnetv2_50x3_bit: bit(50, 3),
      resnetv2_101x1_bit: bit(101, 1),
      resnetv2_101x3_bit: bit(101, 3),
      resnetv2_152x2_bit: bit(152, 2),
      resnetv2_152x4_bit: bit(152, 4),
    },
  ),
];
