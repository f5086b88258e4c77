/**
 * The blocks of LeViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { DropPath } from "./drop_path.ts";
import { NamedChain } from "./named_chain.ts";
import { OffsetAttention } from "./offset_attention.ts";
import type { Grid } from "./positions.ts";
import { residual } from "./residual.ts";

/** What all blocks of one network share. */
export interface LevitStyle {
  /** Channels of a head's keys. */
  readonly keyDim: number;
  /** What follows hidden layers and attention. */
  readonly activation: Activation;
  /** Whether weights have the shape of 1x1 convolutions, as in timm's `levit_conv_*`. */
  readonly isConv: boolean;
}

/** A fully connected layer and batch norm over all tokens. Keys as timm's: `linear`, `bn`. */
class LinearNorm extends nn.Module {
  readonly #layer: nn.Linear | nn.Conv2d;
  readonly #norm: nn.BatchNorm1d;

  constructor(before: number, width: number, isConv: boolean, scale = 1) {
    super();
    const layer = isConv
      ? new nn.Conv2d(before, width, 1, { bias: false })
      : new nn.Linear(before, width, { bias: false });
    this.#layer = this.registerModule("linear", layer);
    this.#norm = this.registerModule("bn", new nn.BatchNorm1d(width));
    if (scale !== 1) nn.init.constant_(this.#norm.weight!, scale);
  }

  /** (B, N, before) to (B, N, width). */
  override forward(tokens: Tensor): Tensor {
    const [batch, count] = tokens.shape;
    const hidden = nn.functional.linear(tokens.flatten(0, 1), this.#layer.weight.flatten(1));
    return this.#norm.forward(hidden).unflatten(0, [batch, count]);
  }
}

/** The activation comes before the layer. */
class Projection extends nn.Module {
  readonly #layer: LinearNorm;
  readonly #activation: Activation;

  constructor(layer: LinearNorm, activation: Activation) {
    super();
    this.#layer = this.registerModule("ln", layer);
    this.#activation = activation;
  }

  override forward(tokens: Tensor): Tensor {
    return this.#layer.forward(activate_(tokens, this.#activation));
  }
}

/** The tokens of each head: (B, N, heads · D) to (B, heads, N, D). */
function split(tokens: Tensor, heads: number): Tensor {
  return tokens.unflatten(2, [heads, -1]).transpose(1, 2);
}

/** Attention whose values are twice as wide as its keys (Graham et al. 2021, figure 4, left). */
class Attention extends OffsetAttention {
  readonly #qkv: LinearNorm;
  readonly #proj: Projection;
  readonly #heads: number;
  readonly #keyDim: number;

  constructor(dim: number, heads: number, grid: Grid, style: LevitStyle) {
    super(heads, grid);
    const { keyDim, activation, isConv } = style;
    this.#heads = heads;
    this.#keyDim = keyDim;
    this.#qkv = this.registerModule("qkv", new LinearNorm(dim, 4 * keyDim * heads, isConv));
    const last = new LinearNorm(2 * keyDim * heads, dim, isConv, 0);
    this.#proj = this.registerModule("proj", new Projection(last, activation));
  }

  override forward(tokens: Tensor): Tensor {
    const [q, k, v] = split(this.#qkv.forward(tokens), this.#heads)
      .split([this.#keyDim, this.#keyDim, 2 * this.#keyDim], -1);
    const scores = q.matmul(k.mT).mul(this.#keyDim ** -0.5).add_(this.bias());
    return this.#proj.forward(scores.softmax(-1).matmul(v).transpose(1, 2).flatten(2));
  }
}

/** Attention that halves a map: every second place asks (Graham et al. 2021, figure 4, right). */
class HalvingAttention extends OffsetAttention {
  readonly #kv: LinearNorm;
  readonly #q: LinearNorm;
  readonly #proj: Projection;
  readonly #heads: number;
  readonly #keyDim: number;

  constructor(before: number, width: number, grid: Grid, style: LevitStyle) {
    const { keyDim, activation, isConv } = style;
    const heads = Math.floor(before / keyDim);
    super(heads, grid, 2);
    this.#heads = heads;
    this.#keyDim = keyDim;
    this.#kv = this.registerModule("kv", new LinearNorm(before, 5 * keyDim * heads, isConv));
    this.#q = new LinearNorm(before, keyDim * heads, isConv);
    this.registerModule("q", new NamedChain({ ln: this.#q }));
    const last = new LinearNorm(4 * keyDim * heads, width, isConv);
    this.#proj = this.registerModule("proj", new Projection(last, activation));
  }

  override forward(tokens: Tensor): Tensor {
    const [k, v] = split(this.#kv.forward(tokens), this.#heads)
      .split([this.#keyDim, 4 * this.#keyDim], -1);
    const every = torch.slice(null, null, 2);
    const asking = tokens.unflatten(1, this.grid).index(torch.slice(), every, every).flatten(1, 2);
    const q = split(this.#q.forward(asking), this.#heads);
    const scores = q.matmul(k.mT).mul(this.#keyDim ** -0.5).add_(this.bias());
    return this.#proj.forward(scores.softmax(-1).matmul(v).transpose(1, 2).flatten(2));
  }
}

/** An MLP whose layers have norms, with a shortcut. Keys as timm's: `ln1`, `ln2`. */
class Mlp extends nn.Module {
  readonly #first: LinearNorm;
  readonly #second: LinearNorm;
  readonly #activation: Activation;

  constructor(dim: number, { activation, isConv }: LevitStyle) {
    super();
    this.#first = this.registerModule("ln1", new LinearNorm(dim, 2 * dim, isConv));
    this.#second = this.registerModule("ln2", new LinearNorm(2 * dim, dim, isConv, 0));
    this.#activation = activation;
  }

  override forward(tokens: Tensor): Tensor {
    return this.#second.forward(activate_(this.#first.forward(tokens), this.#activation));
  }
}

/** Attention, then an MLP (Graham et al. 2021, figure 3). Keys as timm's: `attn`, `mlp`. */
export class LevitBlock extends nn.Module {
  readonly #attn: Attention;
  readonly #mlp: Mlp;
  readonly #drop: DropPath;

  /** For tokens of width `dim` on a grid. */
  constructor(dim: number, heads: number, grid: Grid, style: LevitStyle, dropPath: number) {
    super();
    this.#attn = this.registerModule("attn", new Attention(dim, heads, grid, style));
    this.#mlp = this.registerModule("mlp", new Mlp(dim, style));
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, N, dim) to its own. */
  override forward(tokens: Tensor): Tensor {
    return torch.scope(() => {
      const x = residual(tokens, this.#drop.forward(this.#attn.forward(tokens)));
      return residual(x, this.#drop.forward(this.#mlp.forward(x)));
    });
  }
}

/** Attention that halves the map, then an MLP. Keys as timm's: `attn_downsample`, `mlp`. */
export class LevitDownsample extends nn.Module {
  /** Rows and columns of what comes out. */
  readonly grid: Grid;
  readonly #attn: HalvingAttention;
  readonly #mlp: Mlp;
  readonly #drop: DropPath;

  /** From tokens of width `before` on a grid to a quarter of them, of width `width`. */
  constructor(before: number, width: number, grid: Grid, style: LevitStyle, dropPath: number) {
    super();
    const attn = new HalvingAttention(before, width, grid, style);
    this.grid = attn.asking;
    this.#attn = this.registerModule("attn_downsample", attn);
    this.#mlp = this.registerModule("mlp", new Mlp(width, style));
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, N, before) to (B, N / 4, width). */
  override forward(tokens: Tensor): Tensor {
    return torch.scope(() => {
      const x = this.#attn.forward(tokens);
      return residual(x, this.#drop.forward(this.#mlp.forward(x)));
    });
  }
}
