/**
 * The blocks with attention of CoAtNet and MaxViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_ } from "./activation.ts";
import { DropPath } from "./drop_path.ts";
import { LayerScale, LayerScale2d } from "./layer_scale.ts";
import { ConvMlp, halved, Halving } from "./maxvit_convs.ts";
import { Mlp } from "./mlp.ts";
import { RelativeAttention, type RelativeAttentionOptions } from "./relative_attention.ts";
import { residual } from "./residual.ts";
import { cutGrid, cutWindows, joinGrid, joinWindows } from "./windows.ts";

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
  readonly #options: RelativeAttentionOptions;

  /** From `before` channels to `width`; with a stride of 2 to half the sides. */
  constructor(
    before: number,
    width: number,
    options: RelativeAttentionOptions & { readonly stride: number },
  ) {
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

  constructor(dim: number, { eps, layerScale, activation, dropPath }: RelativeAttentionOptions) {
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
  constructor(dim: number, how: Partition, options: RelativeAttentionOptions) {
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
  constructor(dim: number, options: RelativeAttentionOptions) {
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
