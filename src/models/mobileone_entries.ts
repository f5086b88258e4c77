/**
 * The MobileOnes, by name.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { MobileOne, type MobileOneOptions } from "./mobileone.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

function mobileone(
  widths: readonly number[],
  others: Omit<MobileOneOptions, keyof BuildOptions | "depths" | "widths"> = {},
): Build {
  return (options) => new MobileOne({ ...options, depths: [2, 8, 10, 1], widths, ...others });
}

/** The registry's MobileOnes. */
export const mobileOne: readonly ModelEntry[] = timmEntries(
  "Vasu, Gabriel, Zhu, Tuzel, Ranjan: MobileOne: An improved one millisecond mobile backbone, CVPR 2023",
  {
    mobileone_s0: mobileone([48, 128, 256, 1024], { branches: 4 }),
    mobileone_s1: mobileone([96, 192, 512, 1280]),
    mobileone_s2: mobileone([96, 256, 640, 2048]),
    mobileone_s3: mobileone([128, 320, 768, 2048]),
    mobileone_s4: mobileone([192, 448, 896, 2048], { squeezed: [0, 0, 5, 1] }),
  },
);
