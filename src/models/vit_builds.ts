/**
 * Tables of vision transformers.
 *
 * @module
 */

import type { Build } from "./timm_entries.ts";
import { VisionTransformer } from "./vit.ts";
import type { VitOptions } from "./vit_options.ts";

/** What makes one vision transformer another, without what its weights decide. */
export type VitArchitecture = Omit<VitOptions, "numClasses" | "inChannels" | "imageSize">;

/** The usual sizes of vision transformers (Dosovitskiy et al. 2021, table 1; Zhai et al. 2022, table 2). */
export const VIT_SIZES = {
  tiny: { dim: 192, depth: 12, heads: 3 },
  small: { dim: 384, depth: 12, heads: 6 },
  medium: { dim: 512, depth: 12, heads: 8 },
  betwixt: { dim: 640, depth: 12, heads: 10 },
  base: { dim: 768, depth: 12, heads: 12 },
  basePlus: { dim: 896, depth: 12, heads: 14 },
  large: { dim: 1024, depth: 24, heads: 16 },
  huge: { dim: 1280, depth: 32, heads: 16 },
  giant: { dim: 1408, depth: 40, heads: 16, mlpRatio: 48 / 11 },
  gigantic: { dim: 1664, depth: 48, heads: 16, mlpRatio: 64 / 13 },
  giantOfMeta: { dim: 1536, depth: 40, heads: 24, mlpRatio: 2.66667 * 2, activation: "swiglu" },
  so150m: { dim: 896, depth: 18, heads: 14, mlpRatio: 2.572 },
  so150m2: { dim: 832, depth: 21, heads: 13, mlpRatio: 34 / 13 },
  so400m: { dim: 1152, depth: 27, heads: 16, mlpRatio: 4304 / 1152 },
} as const satisfies Readonly<Record<string, VitArchitecture>>;

/** How vision transformers are made, by their names. */
export function vitBuilds(
  architectures: Readonly<Record<string, VitArchitecture>>,
): Record<string, Build> {
  return Object.fromEntries(
    Object.entries(architectures).map(([name, architecture]): [string, Build] => [
      name,
      (options) => new VisionTransformer({ ...architecture, ...options }),
    ]),
  );
}
