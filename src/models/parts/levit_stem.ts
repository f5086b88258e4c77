/**
 * The stem of LeViT.
 *
 * @module
 */

import type { Activation } from "./activation.ts";
import { ConvNormAct } from "./conv_norm_act.ts";
import { NamedChain } from "./named_chain.ts";

/**
 * Convolutions, each of which halves the image and doubles the channels, up to `width` (Graham et al. 2021, section 4.2).
 * Keys as timm's: `conv1.linear`, `conv1.bn`, …
 */
export function levitStem(
  inChannels: number,
  width: number,
  stride: number,
  activation: Activation,
): NamedChain {
  const count = Math.log2(stride);
  const widths = Array.from({ length: count }, (_, i) => Math.floor(width / 2 ** (count - 1 - i)));
  const convs = widths.map((own, i) => {
    const conv = new ConvNormAct(widths[i - 1] ?? inChannels, own, {
      kernel: 3,
      stride: 2,
      keys: ["linear", "bn"],
      activation: i === count - 1 ? undefined : activation,
    });
    return [`conv${i + 1}`, conv];
  });
  return new NamedChain(Object.fromEntries(convs));
}
