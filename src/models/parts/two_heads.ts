/**
 * The two heads of networks that were distilled.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * The mean of two heads' logits: one was taught by labels and the other by a teacher (Touvron et al., Training
 * data-efficient image transformers and distillation through attention, 2021, section 4). Dropout may come before both.
 * The parts have names of their own in the network, which registers them.
 */
export class TwoHeads extends nn.Module {
  /** What labels taught. */
  readonly head: nn.Module;
  /** What the teacher taught. */
  readonly distilled: nn.Module;
  readonly #drop?: nn.Dropout;

  /** Runs both heads, each from features to logits. */
  constructor(head: nn.Module, distilled: nn.Module, drop?: nn.Dropout) {
    super();
    this.head = head;
    this.distilled = distilled;
    this.#drop = drop;
  }

  /** Features (B, D) to logits (B, C). */
  override forward(features: Tensor): Tensor {
    return torch.scope(() => {
      const seen = this.#drop?.forward(features) ?? features;
      return this.head.forward(seen).add(this.distilled.forward(seen)).div(2);
    });
  }
}
