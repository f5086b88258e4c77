/**
 * The parts of Hiera.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import { LayerScale } from "./layer_scale.ts";
import { Mlp } from "./mlp.ts";
import type { Grid } from "./positions.ts";
import { residual } from "./residual.ts";

/** What Hiera adds to variances. */
export const HIERA_EPS = 1e-6;

/**
 * A map (B, D, rows, columns) as tokens (B, N, D) in an order in which the four of every 2x2 lie far apart: first where a token
 * is in its 2x2, then where that is in its 4x4, and so on for `levels`, then the units of 2^levels places row by row. So the
 * mean or maximum of every 2x2 is one over the first of four parts, again and again.
 */
export function unroll(map: Tensor, levels: number): Tensor {
  const [batch, dim, rows, columns] = map.shape;
  const twos = Array<number>(levels).fill(2);
  const unit = 2 ** levels;
  // Rows are dimensions 2 to levels + 2, from coarse to fine, columns those after.
  const split = map.reshape(batch, dim, rows / unit, ...twos, columns / unit, ...twos);
  const nested = twos.flatMap((_, i) => [2 + levels - i, 3 + 2 * levels - i]);
  return split.permute(0, ...nested, 2, 3 + levels, 1).reshape(batch, rows * columns, dim);
}

/** The map (B, D, rows, columns) of tokens that {@linkcode unroll} put in order. */
export function reroll(tokens: Tensor, levels: number, [rows, columns]: Grid): Tensor {
  const [batch, , dim] = tokens.shape;
  const twos = Array<number>(2 * levels).fill(2);
  const unit = 2 ** levels;
  const split = tokens.reshape(batch, ...twos, rows / unit, columns / unit, dim);
  const last = 2 * levels + 3;
  const coarseFirst = Array.from({ length: levels }, (_, i) => 2 * (levels - i) - 1);
  const down = [last - 2, ...coarseFirst];
  const across = [last - 1, ...coarseFirst.map((i) => i + 1)];
  return split.permute(0, last, ...down, ...across).reshape(batch, dim, rows, columns);
}

/** The largest of each 2x2 of tokens in {@linkcode unroll}'s order: (B, 4N, D) to (B, N, D). */
function pooled(tokens: Tensor): Tensor {
  return tokens.unflatten(1, [4, -1]).amax([1]);
}

/** What makes one {@linkcode HieraBlock} another. */
export interface HieraBlockOptions {
  /** The number of attention heads. */
  readonly heads: number;
  /** How many units attend by themselves; 1 where all tokens see each other. */
  readonly units: number;
  /** The hidden width of the MLP over the block's own. */
  readonly mlpRatio: number;
  /** Whether tokens that become wider do so by a layer; else the maximum and the mean of every 2x2 are joined. */
  readonly expands: boolean;
  /** What learned factors of the branches start with; there are none without it. */
  readonly layerScale?: number;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
}

/** Attention within units or of all tokens, whose queries are pooled where the width grows (Ryali et al. 2023, section 3). */
class UnitAttention extends nn.Module {
  readonly qkv: nn.Linear;
  readonly proj: nn.Linear;
  readonly #heads: number;
  readonly #units: number;
  readonly #pools: boolean;

  constructor(dim: number, width: number, { heads, units }: HieraBlockOptions) {
    super();
    this.qkv = new nn.Linear(dim, 3 * width);
    this.proj = new nn.Linear(width, width);
    this.#heads = heads;
    this.#units = units;
    this.#pools = width !== dim;
  }

  override forward(tokens: Tensor): Tensor {
    const [batch] = tokens.shape;
    const width = this.proj.inFeatures;
    const [queries, k, v] = this.qkv.forward(tokens)
      .reshape(batch, -1, this.#units, 3, this.#heads, width / this.#heads)
      .permute(3, 0, 2, 4, 1, 5).flatten(1, 2).unbind(0);
    const q = this.#pools ? queries.unflatten(2, [4, -1]).amax([2]) : queries;
    const mixed = torch.scaledDotProductAttention(q, k, v).unflatten(0, [batch, this.#units]);
    return this.proj.forward(mixed.permute(0, 3, 1, 2, 4).reshape(batch, -1, width));
  }
}

/**
 * A block of a vision transformer, which may make four tokens one of twice the width (Ryali et al., Hiera, 2023, figure 2).
 * Keys as timm's: `norm1`, `proj`, `attn`, `ls1`, `norm2`, `mlp`, `ls2`.
 */
export class HieraBlock extends nn.Module {
  /** The norm before the attention. */
  readonly norm1: nn.LayerNorm;
  /** What makes tokens wider, or null. */
  readonly proj: nn.Linear | null;
  /** The attention. */
  readonly attn: UnitAttention;
  /** The scale of the attention's branch, or null. */
  readonly ls1: LayerScale | null;
  /** The norm before the MLP. */
  readonly norm2: nn.LayerNorm;
  /** The MLP. */
  readonly mlp: Mlp;
  /** The scale of the MLP's branch, or null. */
  readonly ls2: LayerScale | null;
  readonly #drop: DropPath;
  readonly #pools: boolean;

  /** From tokens of width `dim` to those of `width`, which are a quarter where the widths differ. */
  constructor(dim: number, width: number, options: HieraBlockOptions) {
    super();
    const { layerScale, expands, mlpRatio } = options;
    const scale = () => layerScale === undefined ? null : new LayerScale(width, layerScale);
    this.#pools = dim !== width;
    this.norm1 = new nn.LayerNorm(dim, { eps: HIERA_EPS });
    this.proj = this.#pools && expands ? new nn.Linear(dim, width) : null;
    this.attn = new UnitAttention(dim, width, options);
    this.ls1 = scale();
    this.norm2 = new nn.LayerNorm(width, { eps: HIERA_EPS });
    this.mlp = new Mlp(width, Math.trunc(width * mlpRatio));
    this.ls2 = scale();
    this.#drop = this.registerModule("drop_path", new DropPath(options.dropPath));
  }

  /** (B, N, dim) to (B, N, dim), or to (B, N / 4, width). */
  override forward(x: Tensor): Tensor {
    using mixed = torch.scope(() => {
      const normed = this.norm1.forward(x);
      const kept = this.#pools ? this.#widened(x, normed) : x;
      const branch = this.attn.forward(normed);
      return residual(kept, this.#drop.forward(this.ls1?.forward(branch) ?? branch));
    });
    return torch.scope(() => {
      const branch = this.mlp.forward(this.norm2.forward(mixed));
      return residual(mixed, this.#drop.forward(this.ls2?.forward(branch) ?? branch));
    });
  }

  #widened(x: Tensor, normed: Tensor): Tensor {
    if (this.proj !== null) return pooled(this.proj.forward(normed));
    return torch.cat([pooled(x), x.unflatten(1, [4, -1]).mean(1)], -1);
  }
}
