/**
 * A classifier whose weight is a convolution's.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { PixelLinear } from "./pixel_mlp.ts";

/** A fully connected layer with dropout before it. Keys: `weight` (C, D, 1, 1), `bias`. */
export class ConvClassifier extends PixelLinear {
  readonly #drop: nn.Dropout;

  /** From features of width `dim` to logits. */
  constructor(dim: number, numClasses: number, dropout: number) {
    super(dim, numClasses);
    this.#drop = this.registerModule("drop", new nn.Dropout(dropout));
  }

  /** Features (B, D) to logits (B, C). */
  override forward(features: Tensor): Tensor {
    return super.forward(this.#drop.forward(features));
  }
}
