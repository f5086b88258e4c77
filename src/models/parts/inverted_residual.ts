/**
 * The inverted residual block.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { Activation } from "./activation.ts";
import { ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { SqueezeExcite } from "./squeeze_excite.ts";
import { Stage } from "./stage.ts";

/** What makes one inverted residual block another. */
export interface InvertedResidualOptions {
  /** Channels of the depthwise convolution; without expansion where they are those that come in. */
  readonly expanded: number;
  /** Height and width of the depthwise convolution's kernel. */
  readonly kernel: number;
  /** The depthwise convolution's stride. */
  readonly stride: number;
  /** What follows the norms, but for the last. */
  readonly activation: Activation;
  /** The squeeze and excitation, if there is one. */
  readonly squeeze?: {
    readonly channels: number;
    readonly activation: Activation;
    readonly gate: Activation;
  };
  /** Options of the norms. */
  readonly norm?: nn.BatchNormOptions;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/**
 * Expansion, depthwise convolution, squeeze and excitation, projection, with a shortcut where shapes allow (Sandler
 * et al., MobileNetV2, 2018, figure 3; Howard et al., Searching for MobileNetV3, 2019, figure 4). Keys as
 * torchvision's: `block.0.…`, `block.1.…`, …
 */
export class InvertedResidual extends nn.Module {
  /** The branch. */
  readonly block: Stage;
  readonly #dropPath: DropPath;
  readonly #shortcut: boolean;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: InvertedResidualOptions) {
    super();
    const { expanded, kernel, stride, activation, squeeze, norm, dropPath } = options;
    const parts: nn.Module[] = [];
    if (expanded !== before) parts.push(new ConvNormAct(before, expanded, { activation, norm }));
    const own = { kernel, stride, depthwise: true, activation, norm };
    parts.push(new ConvNormAct(expanded, expanded, own));
    if (squeeze) parts.push(new SqueezeExcite(expanded, squeeze.channels, squeeze));
    parts.push(new ConvNormAct(expanded, width, { norm }));
    this.block = new Stage(...parts);
    this.#shortcut = stride === 1 && before === width;
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const branch = this.block.forward(x);
      return this.#shortcut ? this.#dropPath.forward(branch).add_(x) : branch;
    });
  }
}
