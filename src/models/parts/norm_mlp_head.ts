/**
 * A head that norms what is pooled.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { classifierHead } from "./classifier_head.ts";
import { gelu } from "./gelu.ts";
import { globalAvgPool } from "./global_pool.ts";

/** A hidden layer with GELU after it. Keys: `fc`. */
class PreLogits extends nn.Module {
  readonly fc: nn.Linear;

  constructor(dim: number, hidden: number) {
    super();
    this.fc = new nn.Linear(dim, hidden);
  }

  override forward(x: Tensor): Tensor {
    return gelu(this.fc.forward(x));
  }
}

/** What a {@linkcode NormMlpHead} is made of. */
export interface NormMlpHeadOptions {
  /** Classes; 0 for none. */
  readonly numClasses: number;
  /** The dropout before the classifier. */
  readonly dropout: number;
  /** The norm of what is pooled (*, dim); none by default. */
  readonly norm?: nn.Module;
  /** The width of a hidden layer before the classifier; none by default. */
  readonly hidden?: number;
}

/** Mean over all places, norm, a hidden layer, classifier. Keys as timm's: `norm`, `pre_logits.fc`, `fc`. */
export class NormMlpHead extends nn.Module {
  /** The norm of the mean, if there is one. */
  readonly norm?: nn.Module;
  /** The classifier. */
  readonly fc: nn.Module;
  readonly #hidden?: PreLogits;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: NormMlpHeadOptions) {
    super();
    const { numClasses, dropout, norm, hidden } = options;
    if (norm !== undefined) this.norm = norm;
    if (hidden !== undefined) {
      this.#hidden = this.registerModule("pre_logits", new PreLogits(dim, hidden));
    }
    this.fc = classifierHead(hidden ?? dim, numClasses, dropout);
  }

  /** The features of a map (B, dim, H, W): (B, hidden or dim). */
  features(map: Tensor): Tensor {
    return torch.scope(() => {
      const mean = globalAvgPool(map);
      const normed = this.norm?.forward(mean) ?? mean;
      return this.#hidden?.forward(normed) ?? normed;
    });
  }

  /** (B, dim, H, W) to logits. */
  override forward(map: Tensor): Tensor {
    return torch.scope(() => this.fc.forward(this.features(map)));
  }
}
