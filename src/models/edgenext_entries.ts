/**
 * The EdgeNeXts, by name.
 *
 * @module
 */

import { EdgeNeXt } from "./edgenext.ts";
import type { EdgeNeXtOptions } from "./edgenext_options.ts";
import type { ModelEntry } from "./entry.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const paper =
  "Maaz, Shaker, Cholakkal, Khan, Zamir, Anwer, Khan: EdgeNeXt: Efficiently Amalgamated CNN-Transformer Architecture " +
  "for Mobile Vision Applications, ECCV Workshops 2022";

const build = (style: Omit<EdgeNeXtOptions, "numClasses">): Build => (options) =>
  new EdgeNeXt({ ...options, ...style });

const depths = [3, 3, 9, 3];

/** The registry's EdgeNeXts. */
export const edgenext: readonly ModelEntry[] = timmEntries(paper, {
  edgenext_xx_small: build({ depths: [2, 2, 6, 2], dims: [24, 48, 88, 168], heads: 4 }),
  edgenext_x_small: build({ depths, dims: [32, 64, 100, 192], heads: 4 }),
  edgenext_small: build({ depths, dims: [48, 96, 160, 304], heads: 8 }),
  edgenext_base: build({ depths, dims: [80, 160, 288, 584], heads: 8 }),
  edgenext_small_rw: build({ depths, dims: [48, 96, 192, 384], heads: 8, overlapping: true }),
});
