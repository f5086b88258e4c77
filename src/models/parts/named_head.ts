/**
 * What follows a network's last stage.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** The parts of a {@linkcode NamedHead}. */
export interface HeadParts {
  /** The norm of the pooled features. */
  readonly norm?: nn.Module;
  /** A hidden layer that is followed by a hyperbolic tangent. */
  readonly hidden?: nn.Linear;
}

/** A hidden layer by timm's name. */
class Hidden extends nn.Module {
  constructor(readonly fc: nn.Linear) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return this.fc.forward(x).tanh_();
  }
}

/**
 * From a pooled map to features and logits. A network registers it as `head`, and has its `fc` for a head. Keys as timm's:
 * `norm`, `pre_logits.fc`, `fc`, those that there are.
 */
export class NamedHead extends nn.Module {
  /** From features to logits. */
  readonly fc: nn.Module;
  readonly #norm: nn.Module | null;
  readonly #hidden: Hidden | null;

  /** `fc` is what makes logits of the features. */
  constructor(fc: nn.Module, { norm, hidden }: HeadParts = {}) {
    super();
    this.#norm = norm === undefined ? null : this.registerModule("norm", norm);
    this.#hidden = hidden === undefined
      ? null
      : this.registerModule("pre_logits", new Hidden(hidden));
    this.fc = fc;
  }

  /** What was pooled, (B, D), to the features: with the norm and the hidden layer. */
  override forward(pooled: Tensor): Tensor {
    return torch.scope(() => {
      const normed = this.#norm?.forward(pooled) ?? pooled;
      return this.#hidden?.forward(normed) ?? normed;
    });
  }
}
