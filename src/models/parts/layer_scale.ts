/**
 * A learned scale of a residual branch.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Scales every channel of a residual branch by a learned factor that starts near zero (Touvron et al., Going deeper
 * with image transformers, 2021, equation 4). Keys as timm's: `gamma` (D).
 */
export class LayerScale extends nn.Module {
  /** The factors, (D). */
  readonly gamma: Tensor;

  /** For branches whose last dimension has `dim` channels; all factors start as `initial`. */
  constructor(dim: number, initial = 1e-5) {
    super();
    this.gamma = this.registerParameter("gamma", torch.full([dim], initial));
  }

  /** Shapes: (*, D) to its own. */
  override forward(branch: Tensor): Tensor {
    return branch.mul(this.gamma);
  }
}

/** {@linkcode LayerScale} for maps, whose channels come before rows and columns. Keys as timm's: `gamma` (C). */
export class LayerScale2d extends LayerScale {
  /** Shapes: (B, C, H, W) to its own. */
  override forward(branch: Tensor): Tensor {
    return branch.mul(this.gamma.reshape(-1, 1, 1));
  }
}
