/**
 * The universal inverted bottleneck.
 *
 * @module
 */

import * as nn from "../../../nn/mod.ts";
import type { Tensor } from "../../../torch/mod.ts";
import { activate_, type Activation } from "../activation.ts";
import { convNorm } from "../conv_norm_act.ts";
import { makeDivisible } from "../divisible.ts";
import { LayerScale2d } from "../layer_scale.ts";
import { type BlockPlace, hasShortcut } from "./block_place.ts";
import { Branch } from "./branch.ts";
import { halve } from "./halve.ts";
import { convOf, type MobileStyle } from "./style.ts";

/** A convolution with its norm. Keys: `conv`, `bn`. */
class NormedConv extends nn.Module {
  readonly #conv: nn.Module;
  readonly #norm: nn.Module;
  readonly #activation?: Activation;

  constructor(conv: nn.Module, norm: nn.Module, activation?: Activation) {
    super();
    this.#conv = this.registerModule("conv", conv);
    this.#norm = this.registerModule("bn", norm);
    this.#activation = activation;
  }

  override forward(x: Tensor): Tensor {
    const normed = convNorm(this.#conv, this.#norm, x);
    return this.#activation === undefined ? normed : activate_(normed, this.#activation);
  }
}

/**
 * The universal inverted bottleneck (Qin et al., MobileNetV4, 2024, figure 4): an expansion and a projection, with a
 * depthwise convolution before the first, between both, at both places or at none. Keys: `dw_start`, `pw_exp`, `dw_mid`,
 * `pw_proj`, each with `conv` and `bn`, and `layer_scale.gamma`.
 */
export class UniversalBlock extends Branch {
  constructor(place: BlockPlace, style: MobileStyle) {
    super({ shortcut: hasShortcut(place), dropPath: style.leaveOut(place.dropPath) });
    const { row, before, stride } = place;
    const { startKernel = 0, width } = row;
    const kernel = row.kernel as number;
    const middle = makeDivisible(before * row.expansion);
    const activation = row.activation ?? style.activation;
    const depthwise = (
      name: string,
      channels: number,
      side: number,
      by: number,
      active?: Activation,
    ) => {
      const halved = style.antialias !== null && by > 1;
      const conv = convOf(style, channels, channels, side, {
        stride: halved ? 1 : by,
        groups: channels,
      });
      this.add(name, new NormedConv(conv, new nn.BatchNorm2d(channels, style.norm), active));
      if (halved) this.add(`${name}_aa`, halve(style.antialias!, channels));
    };
    const pointwise = (name: string, from: number, to: number, active?: Activation) => {
      const conv = convOf(style, from, to, 1);
      this.add(name, new NormedConv(conv, new nn.BatchNorm2d(to, style.norm), active));
    };
    if (startKernel > 0) depthwise("dw_start", before, startKernel, kernel > 0 ? 1 : stride);
    pointwise("pw_exp", before, middle, activation);
    if (kernel > 0) depthwise("dw_mid", middle, kernel, stride, activation);
    pointwise("pw_proj", middle, width);
    if (style.layerScale !== null) {
      this.add("layer_scale", new LayerScale2d(width, style.layerScale));
    }
  }
}
