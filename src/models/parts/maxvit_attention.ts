/**
 * The blocks with attention of CoAtNet and MaxViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_ } from "./activation.ts";
import { biasedAttention } from "./biased_attention.ts";
import { DropPath } from "./drop_path.ts";
import { LayerScale, LayerScale2d } from "./layer_scale.ts";
import { ConvMlp, halved, Halving } from "./maxvit_convs.ts";
import type { MaxVitAttentionOptions } from "./maxvit_options.ts";
import { Mlp } from "./mlp.ts";
import { type RelativeBias, relativeBias } from "./relative_bias.ts";
import { residual } from "./residual.ts";
import { cutGrid, cutWindows, joinGrid, joinWindows } from "./windows.ts";

/** How many channels a head has. */
export const MAXVIT_HEAD = 32;

/** What a block is given beside the network's options. */
interface Own extends MaxVitAttentionOptions {
  /** The side of the windows, or of the map where attention is of all of it. */
  readonly window: number;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
}

/** Attention with biases of relative positions, of tokens (B, N, dim) or of maps (B, dim, H, W). Keys as timm's. */
class RelativeAttention extends nn.Module {
  readonly qkv: nn.Module;
  readonly rel_pos: RelativeBias;
  readonly proj: nn.Module;
  readonly #headFirst: boolean;
  readonly #scale: number;

  constructor(dims: { from: number; inner: number; to: number }, isMap: boolean, options: Own) {
    super();
    const { from, inner, to } = dims;
    const layer = (before: number, width: number) =>
      isMap ? new nn.Conv2d(before, width, 1) : new nn.Linear(before, width);
    const { window, bias, biasHidden: hidden } = options;
    this.qkv = layer(from, 3 * inner);
    this.rel_pos = relativeBias(bias, { window, heads: inner / MAXVIT_HEAD, hidden });
    this.proj = layer(inner, to);
    this.#headFirst = options.headFirst;
    this.#scale = (options.scalesByWidth ? inner : MAXVIT_HEAD) ** -0.5;
  }

  override forward(x: Tensor): Tensor {
    if (x.ndim === 3) return this.proj.forward(this.#mixed(this.qkv.forward(x)));
    const tokens = this.#mixed(this.qkv.forward(x).flatten(2).mT);
    return this.proj.forward(tokens.mT.unflatten(2, x.shape.slice(2)));
  }

  #mixed(qkv: Tensor): Tensor {
    const [q, k, v] = this.#headFirst
      ? qkv.unflatten(2, [-1, 3, MAXVIT_HEAD]).permute(3, 0, 2, 1, 4).unbind(0)
      : qkv.unflatten(2, [3, -1, MAXVIT_HEAD]).permute(2, 0, 3, 1, 4).unbind(0);
    const mixed = biasedAttention([q, k, v], this.rel_pos.forward(), this.#scale);
    return mixed.transpose(1, 2).flatten(2);
  }
}

/** A residual branch with a norm, a scale and stochastic depth. */
function withBranch(
  x: Tensor,
  branch: (x: Tensor) => Tensor,
  scale: nn.Module | null,
  drop: DropPath,
): Tensor {
  return torch.scope(() => {
    const found = branch(x);
    return residual(x, drop.forward(scale?.forward(found) ?? found));
  });
}

/**
 * A transformer's block of all places of a map, which may halve it (Dai et al., CoAtNet, 2021, appendix A.1). Keys as timm's:
 * `shortcut`, `norm1`, `attn`, `ls1`, `norm2`, `mlp`, `ls2`.
 */
export class MapTransformerBlock extends nn.Module {
  /** What halves the shortcut, or null. */
  readonly shortcut: Halving | null;
  /** The attention. */
  readonly attn: RelativeAttention;
  /** The scale of the attention's branch, or null. */
  readonly ls1: LayerScale2d | null;
  /** The norm before the MLP. */
  readonly norm2: nn.Module;
  /** The MLP. */
  readonly mlp: ConvMlp;
  /** The scale of the MLP's branch, or null. */
  readonly ls2: LayerScale2d | null;
  readonly #norm1: nn.Module;
  readonly #drop: DropPath;
  readonly #options: Own;

  /** From `before` channels to `width`; with a stride of 2 to half the sides. */
  constructor(before: number, width: number, options: Own & { readonly stride: number }) {
    super();
    const { stride, eps, pool, batchNorm, layerScale, expandsFirst, shortcutBias } = options;
    const norm = (dim: number) =>
      batchNorm ? new nn.BatchNorm2d(dim, { eps }) : new nn.LayerNorm2d(dim, { eps });
    const scale = () => layerScale === null ? null : new LayerScale2d(width, layerScale);
    this.#options = options;
    this.#norm1 = norm(before);
    this.shortcut = stride === 1 ? null : new Halving(before, width, { pool, bias: shortcutBias });
    this.registerModule("norm1", stride === 1 ? this.#norm1 : new Named(this.#norm1));
    const inner = expandsFirst ? width : before;
    this.attn = new RelativeAttention({ from: before, inner, to: width }, true, options);
    this.ls1 = scale();
    this.norm2 = norm(width);
    this.mlp = new ConvMlp(width, 4 * width, options.activation);
    this.ls2 = scale();
    this.#drop = this.registerModule("drop_path", new DropPath(options.dropPath));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    using mixed = torch.scope(() => {
      const normed = this.#norm1.forward(x);
      const seen = this.shortcut === null ? normed : halved(normed, this.#options.pool);
      const branch = this.attn.forward(seen);
      const kept = this.shortcut?.forward(x) ?? x;
      return residual(kept, this.#drop.forward(this.ls1?.forward(branch) ?? branch));
    });
    const mlp = (map: Tensor) => this.mlp.forward(this.norm2.forward(map));
    return withBranch(mixed, mlp, this.ls2, this.#drop);
  }
}

/** Only holds a norm by timm's name. */
class Named extends nn.Module {
  constructor(readonly norm: nn.Module) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return this.norm.forward(x);
  }
}

/** The norm, scale and MLP that blocks of windows have in common. Maps are (B, H, W, dim). */
abstract class PartitionBlock extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly ls1: LayerScale | null;
  readonly norm2: nn.LayerNorm;
  readonly mlp: Mlp;
  readonly ls2: LayerScale | null;
  readonly #drop: DropPath;

  constructor(dim: number, { eps, layerScale, activation, dropPath }: Own) {
    super();
    const scale = () => layerScale === null ? null : new LayerScale(dim, layerScale);
    this.norm1 = new nn.LayerNorm(dim, { eps });
    this.ls1 = scale();
    this.norm2 = new nn.LayerNorm(dim, { eps });
    this.mlp = new Mlp(dim, 4 * dim, { activation: (x) => activate_(x, activation) });
    this.ls2 = scale();
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Mixes the places of a normalized map. */
  protected abstract mixed(map: Tensor): Tensor;

  override forward(x: Tensor): Tensor {
    const attention = (map: Tensor) => this.mixed(this.norm1.forward(map));
    const mlp = (map: Tensor) => this.mlp.forward(this.norm2.forward(map));
    using mixed = withBranch(x, attention, this.ls1, this.#drop);
    return withBranch(mixed, mlp, this.ls2, this.#drop);
  }
}

/** How attention sees a map: the places of each window, or those that are spread over it. */
export type Partition = "window" | "grid";

function partitioned(map: Tensor, side: number, how: Partition, attention: nn.Module): Tensor {
  const [, height, width] = map.shape;
  const grid = [height / side, width / side] as const;
  return how === "window"
    ? joinWindows(attention.forward(cutWindows(map, side)), grid)
    : joinGrid(attention.forward(cutGrid(map, side)), grid);
}

/**
 * A transformer's block within windows, or of a grid (Tu et al., MaxViT, 2022, figures 2 and 3). Keys as timm's: `norm1`,
 * `attn`, `ls1`, `norm2`, `mlp`, `ls2`.
 */
export class PartitionAttention extends PartitionBlock {
  /** The attention. */
  readonly attn: RelativeAttention;
  readonly #side: number;
  readonly #how: Partition;

  /** For maps (B, H, W, dim) whose sides are multiples of the window's. */
  constructor(dim: number, how: Partition, options: Own) {
    super(dim, options);
    this.attn = new RelativeAttention({ from: dim, inner: dim, to: dim }, false, options);
    this.#side = options.window;
    this.#how = how;
  }

  /** @ignore */
  protected override mixed(map: Tensor): Tensor {
    return partitioned(map, this.#side, this.#how, this.attn);
  }
}

/** Both at once, each with half the channels of what comes out. Keys as timm's: `attn_block`, `attn_grid` beside the others. */
export class ParallelPartitionAttention extends PartitionBlock {
  /** The attention within windows. */
  readonly attn_block: RelativeAttention;
  /** The attention of the grid. */
  readonly attn_grid: RelativeAttention;
  readonly #side: number;

  /** For maps (B, H, W, dim) whose sides are multiples of the window's. */
  constructor(dim: number, options: Own) {
    super(dim, options);
    const dims = { from: dim, inner: dim, to: dim / 2 };
    this.attn_block = new RelativeAttention(dims, false, options);
    this.attn_grid = new RelativeAttention(dims, false, options);
    this.#side = options.window;
  }

  /** @ignore */
  protected override mixed(map: Tensor): Tensor {
    const near = partitioned(map, this.#side, "window", this.attn_block);
    const far = partitioned(map, this.#side, "grid", this.attn_grid);
    return torch.cat([near, far], -1);
  }
}
