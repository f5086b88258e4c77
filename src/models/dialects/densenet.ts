/**
 * Older names of DenseNets: for {@linkcode DenseNet}.
 *
 * @module
 */

import { hasEndings, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** torchvision's published files have `norm.1` where its code has `norm1`. */
export const densenetDialects: readonly Dialect[] = [{
  name: "torchvision's older DenseNet",
  recognizes: (keys, own) =>
    (own === undefined || own.has("features.denseblock1.denselayer1.norm1.weight")) &&
    hasEndings(keys, "features.denseblock1.denselayer1.norm.1.weight"),
  translate: (state) => translated(state, [[/(\.denselayer\d+\.(?:norm|conv))\.(?=[12]\.)/, "$1"]]),
}];
