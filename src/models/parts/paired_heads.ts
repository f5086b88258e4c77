/**
 * Two classifiers whose logits are averaged.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Two heads whose logits are averaged: one was taught by labels and the other by a teacher (Touvron et al., Training
 * data-efficient image transformers and distillation through attention, 2021, section 4). Where each has a token of its
 * own, features are the mean of both tokens: those that
 * {@linkcode PairedHeads.mean} made are led back to their tokens, so that logits of features are those of the network.
 */
export class PairedHeads extends nn.Module {
  /** The head of the first token. */
  readonly first: nn.Module;
  /** The head of the second token. */
  readonly second: nn.Module;
  /** The tokens that features were made of. */
  readonly #pairs = new WeakMap<Tensor, Tensor>();

  readonly #drop?: nn.Dropout;

  /** Takes heads that belong to a model, and the dropout before both, if it has one. */
  constructor(first: nn.Module, second: nn.Module, drop?: nn.Dropout) {
    super();
    this.first = first;
    this.second = second;
    this.#drop = drop;
  }

  /** The features of two tokens: (B, 2, D) to (B, D). */
  mean(pair: Tensor): Tensor {
    const features = pair.mean(1);
    this.#pairs.set(features, pair);
    return features;
  }

  /** Features (B, D) to logits (B, C). Features that are no mean of tokens known here are given to both heads. */
  override forward(features: Tensor): Tensor {
    const pair = this.#pairs.get(features);
    return torch.scope(() => {
      const [one, other] = pair === undefined || pair.isDisposed
        ? twice(this.#drop?.forward(features) ?? features)
        : (this.#drop?.forward(pair) ?? pair).unbind(1);
      return this.first.forward(one).add(this.second.forward(other)).div(2);
    });
  }
}

function twice<T>(value: T): [T, T] {
  return [value, value];
}
