/**
 * timm's MobileNetV4s, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { MBConvNet, type MBConvNetOptions } from "./mb_conv_net.ts";
import * as tables from "./mobilenet_v4_tables.ts";
import type { Stages } from "./parts/mobile/rows.ts";
import { scaleStages, scaleWidth } from "./parts/mobile/scale.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

/** The stem does not shrink. */
function v4(
  stages: Stages,
  { stem = 32, width = 1 }: { stem?: number; width?: number } = {},
  own: Partial<MBConvNetOptions> = {},
): Build {
  return (options) =>
    new MBConvNet({
      stem: { width: width < 1 ? stem : scaleWidth(stem, { width }) },
      stages: scaleStages(stages, { width }),
      head: { width: 1280, pooledFirst: true, normed: true },
      ...own,
      ...options,
    });
}

const medium = { layerScale: 1e-5 } as const;
const large = { layerScale: 1e-5, activation: "gelu" } as const;

/** timm's MobileNetV4s. */
export const mobilenetV4: readonly ModelEntry[] = timmEntries(
  "Qin et al., MobileNetV4: Universal models for the mobile ecosystem, 2024",
  {
    mobilenetv4_conv_small_035: v4(tables.CONV_SMALL, { width: 0.35 }),
    mobilenetv4_conv_small_050: v4(tables.CONV_SMALL, { width: 0.5 }),
    mobilenetv4_conv_small: v4(tables.CONV_SMALL),
    mobilenetv4_conv_medium: v4(tables.CONV_MEDIUM),
    mobilenetv4_conv_large: v4(tables.CONV_LARGE, { stem: 24 }),
    mobilenetv4_conv_aa_medium: v4(tables.CONV_MEDIUM, {}, { antialias: "mean" }),
    mobilenetv4_conv_blur_medium: v4(tables.CONV_MEDIUM, {}, { antialias: "blur" }),
    mobilenetv4_conv_aa_large: v4(tables.CONV_LARGE, { stem: 24 }, { antialias: "mean" }),
    mobilenetv4_hybrid_medium: v4(tables.HYBRID_MEDIUM, {}, medium),
    mobilenetv4_hybrid_medium_075: v4(tables.HYBRID_MEDIUM, { width: 0.75 }, medium),
    mobilenetv4_hybrid_large: v4(tables.HYBRID_LARGE, { stem: 24 }, large),
    mobilenetv4_hybrid_large_075: v4(tables.HYBRID_LARGE, { stem: 24, width: 0.75 }, large),
  },
);
