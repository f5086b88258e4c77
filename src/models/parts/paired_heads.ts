/**
 * Two classifiers whose logits are averaged.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Two heads, each for a token of its own, whose logits are averaged. Features are the mean of both tokens: those that
 * {@linkcode PairedHeads.mean} made are led back to their tokens, so that logits of features are those of the network.
 */
export class PairedHeads extends nn.Module {
  /** The head of the first token. */
  readonly first: nn.Module;
  /** The head of the second token. */
  readonly second: nn.Module;
  /** The tokens that features were made of. */
  readonly #pairs = new WeakMap<Tensor, Tensor>();

  /** Takes heads that belong to a model. */
  constructor(first: nn.Module, second: nn.Module) {
    super();
    this.first = first;
    this.second = second;
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
        ? [features, features]
        : pair.unbind(1);
      return this.first.forward(one).add(this.second.forward(other)).div(2);
    });
  }
}
