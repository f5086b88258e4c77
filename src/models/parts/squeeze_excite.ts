/**
 * Squeeze and excitation.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { makeDivisible } from "./divisible.ts";

/**
 * timm's width of a squeeze: the part `ratio` of the channels as the nearest multiple of `divisor`.
 */
export function squeezedWidth(channels: number, ratio = 1 / 16, divisor = 8): number {
  return makeDivisible(channels * ratio, divisor, 0);
}

/** Options of {@linkcode SqueezeExcite}. */
export interface SqueezeExciteOptions {
  /** What follows the squeeze: δ of equation 3. */
  readonly activation: Activation;
  /** What follows the excitation: σ of equation 3. */
  readonly gate: Activation;
  /** The names of both layers; torchvision's by default, `"fc1"` and `"fc2"`. */
  readonly keys?: readonly [squeeze: string, excite: string];
}

/**
 * Scales channels by what the image as a whole has (Hu et al., Squeeze-and-excitation networks, 2018, figure 1
 * and equation 3). Keys as torchvision's: `fc1.weight`, `fc1.bias`, `fc2.weight`, `fc2.bias`.
 */
export class SqueezeExcite extends nn.Module {
  readonly #squeeze: nn.Conv2d;
  readonly #excite: nn.Conv2d;
  readonly #activation: Activation;
  readonly #gate: Activation;

  /** Squeezes `channels` to `squeezed`. */
  constructor(channels: number, squeezed: number, options: SqueezeExciteOptions) {
    super();
    const { activation, gate, keys = ["fc1", "fc2"] } = options;
    this.#squeeze = this.registerModule(keys[0], new nn.Conv2d(channels, squeezed, 1));
    this.#excite = this.registerModule(keys[1], new nn.Conv2d(squeezed, channels, 1));
    this.#activation = activation;
    this.#gate = gate;
  }

  /** Shapes: (B, channels, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    const squeezed = this.#squeeze.forward(torch.adaptiveAvgPool2d(x, [1, 1]));
    const excited = this.#excite.forward(activate_(squeezed, this.#activation));
    return activate_(excited, this.#gate).mul(x);
  }
}
