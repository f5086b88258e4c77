/**
 * The stems of residual networks.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import { BlurPool2d } from "./blur_pool.ts";
import { conv3x3, type ForChannels, type ResidualStyle } from "./residual_block.ts";
import { Stage } from "./stage.ts";

/** What halves the images twice. */
export interface ResNetStem {
  /** Channels of three 3x3 convolutions; by default one of 7x7 gives 64 (He et al., Bag of tricks, 2019, figure 2b). */
  readonly convolutions?: readonly [number, number, number];
  /** Whether the map is halved by a convolution, not by a pool (ResNet-RS); false by default. */
  readonly convolves?: boolean;
}

/** Channels that a stem gives. */
export function stemWidth({ convolutions }: ResNetStem): number {
  return convolutions?.[2] ?? 64;
}

/** The first convolution, or three with norms between them: keys `0`, `1`, `3`, `4`, `6`. */
export function stemConvolution(
  inChannels: number,
  { convolutions }: ResNetStem,
  norm: ForChannels,
): nn.Module {
  if (convolutions === undefined) {
    return new nn.Conv2d(inChannels, 64, 7, { stride: 2, padding: 3, bias: false });
  }
  const [first, second, third] = convolutions;
  return new Stage(
    conv3x3(inChannels, first, { stride: 2 }),
    norm(first),
    new nn.ReLU({ inplace: true }),
    conv3x3(first, second),
    norm(second),
    new nn.ReLU({ inplace: true }),
    conv3x3(second, third),
  );
}

/** What halves the map after it; nothing for the pool of 3x3 maxima. */
export function stemPool(
  stem: ResNetStem,
  { norm, antiAlias }: ResidualStyle & { readonly norm: ForChannels },
): nn.Module | undefined {
  const width = stemWidth(stem);
  if (stem.convolves) {
    const conv = conv3x3(width, width, { stride: 2 });
    return new Stage(conv, norm(width), new nn.ReLU({ inplace: true }));
  }
  const halve = antiAlias?.(width);
  return halve instanceof BlurPool2d
    ? new Stage(new nn.MaxPool2d(3, { stride: 1, padding: 1 }), halve)
    : halve;
}
