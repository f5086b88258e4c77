/**
 * An MLP of every pixel.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { gelu } from "./gelu.ts";
import { GlobalResponseNorm } from "./response_norm.ts";

/**
 * A linear layer whose weight has the shape of a 1x1 convolution's, for pixels with channels last. Keys: `weight`
 * (out, in, 1, 1), `bias`.
 */
export class PixelLinear extends nn.Conv2d {
  /** From `before` channels to `width`. */
  constructor(before: number, width: number) {
    super(before, width, 1);
  }

  /** (*, before) to (*, width). */
  override forward(pixels: Tensor): Tensor {
    return torch.scope(() => torch.linear(pixels, this.weight.flatten(1), this.bias));
  }
}

/** Options of {@linkcode PixelMlp}. */
export interface PixelMlpOptions {
  /** Whether weights have the shapes of 1x1 convolutions; false by default. */
  readonly asConvolutions?: boolean;
  /** Whether there is a global response normalization after the activation; false by default. */
  readonly responseNorm?: boolean;
}

/** Two layers over the channels of every pixel, with GELU between. Keys as timm's: `fc1`, `grn`, `fc2`. */
export class PixelMlp extends nn.Module {
  /** To the hidden width. */
  readonly fc1: nn.Module;
  /** What comes after the activation, if anything does. */
  readonly grn?: GlobalResponseNorm;
  /** Back to the width of a pixel. */
  readonly fc2: nn.Module;

  /** For pixels of `dim` channels, with a hidden layer of width `hidden`. */
  constructor(dim: number, hidden: number, options: PixelMlpOptions = {}) {
    super();
    const { asConvolutions = false, responseNorm = false } = options;
    const Layer = asConvolutions ? PixelLinear : nn.Linear;
    this.fc1 = new Layer(dim, hidden);
    if (responseNorm) this.grn = new GlobalResponseNorm(hidden);
    this.fc2 = new Layer(hidden, dim);
  }

  /** Shapes: (B, H, W, dim) to its own. */
  override forward(pixels: Tensor): Tensor {
    const hidden = gelu(this.fc1.forward(pixels));
    return this.fc2.forward(this.grn?.forward(hidden) ?? hidden);
  }
}
