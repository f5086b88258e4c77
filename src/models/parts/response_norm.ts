/**
 * Global response normalization.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

const eps = 1e-6;

/**
 * Lets the channels of an image compete: each is scaled by its norm over all places, relative to the mean of these norms
 * (Woo et al., ConvNeXt V2, 2023, equations 1 to 3 and algorithm 1). It starts as the identity. Keys as timm's: `weight`
 * (D), `bias` (D).
 */
export class GlobalResponseNorm extends nn.Module {
  /** γ of the paper. */
  readonly weight: Tensor;
  /** β of the paper. */
  readonly bias: Tensor;

  /** For maps of `dim` channels. */
  constructor(dim: number) {
    super();
    this.weight = this.registerParameter("weight", torch.zeros([dim]));
    this.bias = this.registerParameter("bias", torch.zeros([dim]));
  }

  /** Shapes: (B, H, W, dim) to its own. */
  override forward(pixels: Tensor): Tensor {
    return torch.scope(() => {
      const norms = torch.linalgVectorNorm(pixels, 2, [1, 2], true);
      const relative = norms.div(norms.mean(-1, true).add(eps));
      // x + γ x n + β as one pass over the map.
      return this.bias.addcmul(pixels, relative.mul(this.weight).add(1));
    });
  }
}
