/**
 * Halving a map of a mobile network without aliasing.
 *
 * @module
 */

import * as nn from "../../../nn/mod.ts";
import { BlurPool2d } from "../blur_pool.ts";

/** How a map is halved: by the mean of four neighbours, or blurred first, with zeros around. */
export type Antialias = "mean" | "blur";

/** What halves a map of `channels` channels after a convolution without stride. It has no parameters. */
export function halve(how: Antialias, channels: number): nn.Module {
  return how === "mean" ? new nn.AvgPool2d(2) : new BlurPool2d(channels, "zeros");
}
