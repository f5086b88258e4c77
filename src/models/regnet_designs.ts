/**
 * The published designs of RegNets.
 *
 * @module
 */

import type { RegNetDesign } from "./regnet_design.ts";

/** The part of a block's input channels that squeeze and excitation has in RegNet-Y. */
export const REGNET_SQUEEZE = 1 / 4;

const design = (
  depth: number,
  initial: number,
  slope: number,
  factor: number,
  groupWidth: number,
): RegNetDesign => ({ depth, initial, slope, factor, groupWidth });

const x004 = design(22, 24, 24.48, 2.54, 16);
const y008 = design(14, 56, 38.84, 2.4, 16);
const y080 = design(17, 192, 76.82, 2.19, 56);

/**
 * The designs by the ends of timm's names: d, w0, wa, wm and g (Radosavovic et al. 2020, figures 15 and 16; Goyal et al.
 * 2022 the largest).
 */
export const REGNET_DESIGNS = {
  x002: design(13, 24, 36.44, 2.49, 8),
  x004,
  x004_tv: { ...x004, atLeast: true },
  x006: design(16, 48, 36.97, 2.24, 24),
  x008: design(16, 56, 35.73, 2.28, 16),
  x016: design(18, 80, 34.01, 2.25, 24),
  x032: design(25, 88, 26.31, 2.25, 48),
  x040: design(23, 96, 38.65, 2.43, 40),
  x064: design(17, 184, 60.83, 2.07, 56),
  x080: design(23, 80, 49.56, 2.88, 120),
  x120: design(19, 168, 73.36, 2.37, 112),
  x160: design(22, 216, 55.59, 2.1, 128),
  x320: design(23, 320, 69.86, 2.0, 168),
  y002: design(13, 24, 36.44, 2.49, 8),
  y004: design(16, 48, 27.89, 2.09, 8),
  y006: design(15, 48, 32.54, 2.32, 16),
  y008,
  y008_tv: { ...y008, atLeast: true },
  y016: design(27, 48, 20.71, 2.65, 24),
  y032: design(21, 80, 42.63, 2.66, 24),
  y040: design(22, 96, 31.41, 2.24, 64),
  y064: design(25, 112, 33.22, 2.27, 72),
  y080,
  y080_tv: { ...y080, atLeast: true },
  y120: design(19, 168, 73.36, 2.37, 112),
  y160: design(18, 200, 106.23, 2.48, 112),
  y320: design(20, 232, 115.89, 2.53, 232),
  y640: design(20, 352, 147.48, 2.4, 328),
  y1280: design(27, 456, 160.83, 2.52, 264),
  y2560: design(27, 640, 230.83, 2.53, 373),
} satisfies Readonly<Record<string, RegNetDesign>>;
