/**
 * A classifier with a batch norm before it.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** Batch norm, dropout and a fully connected layer. Keys as timm's: `bn`, `linear`. */
export class NormLinear extends nn.Module {
  /** The norm of the features. */
  readonly bn: nn.BatchNorm1d;
  /** From normalized features to logits. */
  readonly linear: nn.Linear;
  readonly #drop: nn.Dropout;

  /** From features of width `dim` to `numClasses` logits. */
  constructor(dim: number, numClasses: number, dropout: number) {
    super();
    this.bn = new nn.BatchNorm1d(dim);
    this.linear = new nn.Linear(dim, numClasses);
    this.#drop = this.registerModule("drop", new nn.Dropout(dropout));
    nn.init.truncNormal_(this.linear.weight, 0, 0.02);
    nn.init.zeros_(this.linear.bias!);
  }

  /** Features (B, D) to logits (B, C). */
  override forward(features: Tensor): Tensor {
    return this.linear.forward(this.#drop.forward(this.bn.forward(features)));
  }
}

/** {@linkcode NormLinear}, or for no classes what returns the features. */
export function normLinear(dim: number, numClasses: number, dropout: number): nn.Module {
  return numClasses === 0 ? new nn.Identity() : new NormLinear(dim, numClasses, dropout);
}
