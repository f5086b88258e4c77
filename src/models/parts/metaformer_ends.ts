/**
 * What MetaFormers begin with, and end with.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** What the baselines add to variances. */
const eps = 1e-6;

/** A norm and a convolution, the second first in a stem. Keys as timm's: `norm`, `conv`. */
export class NormedConv extends nn.Module {
  /** The norm, or null. */
  readonly norm: nn.LayerNorm2d | null;
  /** The convolution. */
  readonly conv: nn.Conv2d;
  readonly #isStem: boolean;

  /** From `before` channels to `dim`, which a stem makes four times smaller, and others twice. */
  constructor(before: number, dim: number, options: { isStem: boolean; normed: boolean }) {
    super();
    const { isStem, normed } = options;
    this.conv = isStem
      ? new nn.Conv2d(before, dim, 7, { stride: 4, padding: 2 })
      : new nn.Conv2d(before, dim, 3, { stride: 2, padding: 1 });
    this.norm = normed ? new nn.LayerNorm2d(isStem ? dim : before, { eps, bias: false }) : null;
    this.#isStem = isStem;
  }

  /** (B, before, H, W) to (B, dim, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    if (this.norm === null) return this.conv.forward(x);
    const [first, second] = this.#isStem ? [this.conv, this.norm] : [this.norm, this.conv];
    return torch.scope(() => second.forward(first.forward(x)));
  }
}

/** A classifier with a hidden layer of four times the width and squared ReLU. Keys as timm's: `fc1`, `norm`, `fc2`. */
export class SquaredReluHead extends nn.Module {
  /** To the hidden width. */
  readonly fc1: nn.Linear;
  /** The norm after the activation. */
  readonly norm: nn.LayerNorm;
  /** To logits. */
  readonly fc2: nn.Linear;
  readonly #drop: nn.Dropout;

  /** From features of width `dim` to `numClasses` logits, with dropout before. */
  constructor(dim: number, numClasses: number, dropout: number) {
    super();
    this.#drop = this.registerModule("drop", new nn.Dropout(dropout));
    this.fc1 = new nn.Linear(dim, 4 * dim);
    this.norm = new nn.LayerNorm(4 * dim, { eps });
    this.fc2 = new nn.Linear(4 * dim, numClasses);
  }

  /** (B, dim) to (B, numClasses). */
  override forward(features: Tensor): Tensor {
    return torch.scope(() => {
      const hidden = this.fc1.forward(this.#drop.forward(features)).relu_().square();
      return this.fc2.forward(this.norm.forward(hidden));
    });
  }
}
