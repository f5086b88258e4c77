/**
 * The last layer of a classifier.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** A fully connected layer with dropout before it. */
class DropoutLinear extends nn.Linear {
  readonly #drop: nn.Dropout;

  constructor(dim: number, numClasses: number, dropout: number, bias: boolean) {
    super(dim, numClasses, { bias });
    this.#drop = this.registerModule("drop", new nn.Dropout(dropout));
  }

  override forward(features: Tensor): Tensor {
    return super.forward(this.#drop.forward(features));
  }
}

/**
 * From features of width `dim` to logits: a fully connected layer, with dropout before it if there is some. For no
 * classes it returns the features. Keys: `weight`, `bias`.
 */
export function classifierHead(
  dim: number,
  numClasses: number,
  dropout = 0,
  bias = true,
): nn.Module {
  if (numClasses === 0) return new nn.Identity();
  return dropout > 0
    ? new DropoutLinear(dim, numClasses, dropout, bias)
    : new nn.Linear(dim, numClasses, { bias });
}

/**
 * The head of timm's networks with stages: {@linkcode classifierHead} under a name of its own. Keys: `fc.weight`,
 * `fc.bias`.
 */
export class FcHead extends nn.Module {
  /** The fully connected layer; for no classes nothing. */
  readonly fc: nn.Module;

  /** From features of width `dim` to logits. */
  constructor(dim: number, numClasses: number, dropout = 0) {
    super();
    this.fc = classifierHead(dim, numClasses, dropout);
  }

  /** (B, dim) to (B, numClasses). */
  override forward(features: Tensor): Tensor {
    return this.fc.forward(features);
  }
}
