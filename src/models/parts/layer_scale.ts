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
 * with image transformers, 2021, equation 4). Keys as timm's: `gamma` (D), for maps (D, 1, 1).
 */
export class LayerScale extends nn.Module {
  /** The factors, (D) or (D, 1, 1). */
  readonly gamma: Tensor;

  /** For branches whose last dimension has `dim` channels, or for maps of so many; all factors start as `initial`. */
  constructor(dim: number, initial = 1e-5, { ofMaps = false }: { ofMaps?: boolean } = {}) {
    super();
    this.gamma = this.registerParameter(
      "gamma",
      torch.full(ofMaps ? [dim, 1, 1] : [dim], initial),
    );
  }

  /** Shapes: (*, D), or (B, D, H, W) for maps, to its own. */
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
