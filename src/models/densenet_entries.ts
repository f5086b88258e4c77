/**
 * The DenseNets, by name.
 *
 * @module
 */

import { DenseNet, type DenseNetOptions } from "./densenet.ts";
import type { ModelEntry } from "./entry.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const paper =
  "Huang, Liu, van der Maaten, Weinberger: Densely Connected Convolutional Networks, CVPR 2017";

const build = (style: Omit<DenseNetOptions, "numClasses">): Build => (options) =>
  new DenseNet({ ...options, ...style });

/** The registry's DenseNets; torchvision has the first four by the same names. */
export const densenet: readonly ModelEntry[] = timmEntries(paper, {
  densenet121: build({ growth: 32, depths: [6, 12, 24, 16] }),
  densenet161: build({ growth: 48, depths: [6, 12, 36, 24] }),
  densenet169: build({ growth: 32, depths: [6, 12, 32, 32] }),
  densenet201: build({ growth: 32, depths: [6, 12, 48, 32] }),
  densenet264d: build({ growth: 48, depths: [6, 12, 64, 48], deepStem: true }),
  densenetblur121d: build({ growth: 32, depths: [6, 12, 24, 16], deepStem: true, blurs: true }),
});
