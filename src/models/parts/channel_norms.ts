/**
 * Norms of every pixel over its channels.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * A norm over channels: layer normalization; by the root of the mean square alone (Zhang and Sennrich, Root mean square
 * layer normalization, 2019, equation 4); or by the deviation alone, with the mean left where it is (timm's SimpleNorm).
 */
export type ChannelNorm = "layer" | "rms" | "simple";

/** x / √(var(x) + eps), scaled; the variance is the unbiased one. Shapes: (*, D) to its own. Keys: `weight` (D). */
export class SimpleNorm extends nn.Module {
  /** The scale. */
  readonly weight: Tensor;
  readonly #eps: number;

  /** For vectors of `dim` channels. */
  constructor(dim: number, eps: number) {
    super();
    this.weight = this.registerParameter("weight", torch.ones([dim]));
    this.#eps = eps;
  }

  /** Over the last dimension. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const size = x.var(-1, { keepdim: true }).add(this.#eps).rsqrt();
      return x.mul(size).mul(this.weight);
    });
  }
}

class RmsNorm2d extends nn.RMSNorm {
  override forward(x: Tensor): Tensor {
    return throughPixels(x, (pixels) => super.forward(pixels));
  }
}

class SimpleNorm2d extends SimpleNorm {
  override forward(x: Tensor): Tensor {
    return throughPixels(x, (pixels) => super.forward(pixels));
  }
}

/** A norm of the last dimension, with channels last. */
export function tokenNorm(kind: ChannelNorm, dim: number, eps: number): nn.Module {
  if (kind === "layer") return new nn.LayerNorm(dim, { eps });
  return kind === "rms" ? new nn.RMSNorm(dim, { eps }) : new SimpleNorm(dim, eps);
}

/** A norm of maps (B, D, H, W); what comes out lies in memory with channels last. */
export function mapNorm(kind: ChannelNorm, dim: number, eps: number): nn.Module {
  if (kind === "layer") return new nn.LayerNorm2d(dim, { eps });
  return kind === "rms" ? new RmsNorm2d(dim, { eps }) : new SimpleNorm2d(dim, eps);
}

function throughPixels(x: Tensor, norm: (pixels: Tensor) => Tensor): Tensor {
  return torch.scope(() => norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2));
}
