/**
 * The blocks of DenseNets.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { chain } from "./stage.ts";

/** `norm` of a map, and ReLU. */
export function normRelu(norm: nn.Module, x: Tensor): Tensor {
  return norm.forward(x).relu_();
}

/**
 * A bottleneck of 1x1 and 3x3 convolutions, each after a norm, which adds `growth` channels to those that come in (Huang
 * et al. 2017, section 3). Keys: `norm1`, `conv1`, `norm2`, `conv2`.
 */
export class DenseLayer extends nn.Module {
  /** The norm of all channels. */
  readonly norm1: nn.BatchNorm2d;
  /** To four times the growth. */
  readonly conv1: nn.Conv2d;
  /** The norm before the second convolution. */
  readonly norm2: nn.BatchNorm2d;
  /** To the new channels. */
  readonly conv2: nn.Conv2d;

  /** For maps of `before` channels. */
  constructor(before: number, growth: number) {
    super();
    const inner = 4 * growth;
    this.norm1 = new nn.BatchNorm2d(before);
    this.conv1 = new nn.Conv2d(before, inner, 1, { bias: false });
    this.norm2 = new nn.BatchNorm2d(inner);
    this.conv2 = new nn.Conv2d(inner, growth, 3, { padding: 1, bias: false });
  }

  /** (B, before, H, W) to (B, before + growth, H, W). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const all = normRelu(this.norm1, x);
      const narrow = this.conv1.forward(all);
      all.dispose();
      const own = normRelu(this.norm2, narrow);
      narrow.dispose();
      return torch.cat([x, this.conv2.forward(own)], 1);
    });
  }
}

/** Layers of which each sees what all before it made. Keys: `denselayer1`, `denselayer2`, … */
export class DenseBlock extends nn.Module {
  readonly #layers: readonly DenseLayer[];

  /** For maps of `before` channels. */
  constructor(before: number, depth: number, growth: number) {
    super();
    this.#layers = Array.from(
      { length: depth },
      (_, i) =>
        this.registerModule(`denselayer${i + 1}`, new DenseLayer(before + i * growth, growth)),
    );
  }

  /** (B, before, H, W) to (B, before + depth growth, H, W). */
  override forward(x: Tensor): Tensor {
    return chain(this.#layers, x);
  }
}

/** Halves the channels, then the map (Huang et al. 2017, section 3, compression with θ = 0.5). Keys: `norm`, `conv`. */
export class DenseTransition extends nn.Module {
  /** The norm of all channels. */
  readonly norm: nn.BatchNorm2d;
  /** To half as many channels. */
  readonly conv: nn.Conv2d;

  /** For maps of `before` channels. */
  constructor(before: number) {
    super();
    this.norm = new nn.BatchNorm2d(before);
    this.conv = new nn.Conv2d(before, Math.floor(before / 2), 1, { bias: false });
  }

  /** (B, before, H, W) to (B, before / 2, H / 2, W / 2). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => torch.avgPool2d(this.conv.forward(normRelu(this.norm, x)), 2, 2));
  }
}
