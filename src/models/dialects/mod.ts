/**
 * Names that other publishers give the parameters of our networks.
 *
 * @module
 */

import { clipDialects } from "./clip.ts";
import { convnextDialects } from "./convnext.ts";
import type { Dialect } from "./dialect.ts";
import { swinDialects, timmSwinDialects } from "./swin.ts";
import { vitDialects } from "./vit.ts";

export { clipDialects } from "./clip.ts";
export { convnextDialects } from "./convnext.ts";
export type { Dialect } from "./dialect.ts";
export { swinDialects, timmSwinDialects } from "./swin.ts";
export { vitDialects } from "./vit.ts";

/** All dialects. Of several that recognise the same keys the first is right if the model's own are not known. */
export const dialects: readonly Dialect[] = [
  ...clipDialects,
  ...vitDialects,
  ...convnextDialects,
  ...swinDialects,
  ...timmSwinDialects,
];
