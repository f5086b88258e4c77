/**
 * The parts of TinyViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { biasedAttention } from "./biased_attention.ts";
import { convBn, type ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { gelu } from "./gelu.ts";
import { Mlp } from "./mlp.ts";
import { OffsetAttention } from "./offset_attention.ts";
import { residual } from "./residual.ts";
import { cutWindows, joinWindows } from "./windows.ts";

/**
 * Three convolutions, the middle one of each channel by itself: an inverted residual block (Sandler et al. 2018), or what halves a
 * map, then without shortcut. Keys as timm's: `conv1`, `conv2`, `conv3`.
 */
export class TinyConvs extends nn.Module {
  /** The convolution to the hidden width. */
  readonly conv1: ConvNormAct;
  /** The convolution of each channel. */
  readonly conv2: ConvNormAct;
  /** The convolution to the width. */
  readonly conv3: ConvNormAct;
  readonly #drop: DropPath | null;

  /** From `before` channels to `width`; a probability of leaving out the branch makes it a residual block. */
  constructor(before: number, width: number, options: { hidden: number; dropPath?: number }) {
    super();
    const { hidden, dropPath } = options;
    const isResidual = dropPath !== undefined;
    const own = { kernel: 3, stride: isResidual ? 1 : 2, depthwise: true };
    this.conv1 = convBn(before, hidden, { activation: "gelu" });
    this.conv2 = convBn(hidden, hidden, { ...own, activation: "gelu" });
    this.conv3 = convBn(hidden, width);
    this.#drop = isResidual ? this.registerModule("drop_path", new DropPath(dropPath)) : null;
    if (isResidual) closeNorm(this.conv3);
  }

  /** (B, before, H, W) to (B, width, H, W), or to half the sides. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const branch = this.conv3.forward(this.conv2.forward(this.conv1.forward(x)));
      return this.#drop === null ? branch : gelu(residual(x, this.#drop.forward(branch)));
    });
  }
}

/** A residual branch begins as nothing. */
function closeNorm(last: ConvNormAct): void {
  for (const norm of last.children()) {
    if (norm instanceof nn.BatchNorm2d) nn.init.zeros_(norm.weight!);
  }
}

/** Attention within square windows of tokens, normalized first, with biases for offsets. */
class TinyAttention extends OffsetAttention {
  readonly norm: nn.LayerNorm;
  readonly qkv: nn.Linear;
  readonly proj: nn.Linear;
  readonly #heads: number;

  constructor(dim: number, heads: number, window: number) {
    super(heads, [window, window]);
    this.norm = new nn.LayerNorm(dim);
    this.qkv = new nn.Linear(dim, 3 * dim);
    this.proj = new nn.Linear(dim, dim);
    this.#heads = heads;
  }

  /** Maps (B, H, W, dim), which windows need not tile, to their own shape. */
  override forward(x: Tensor): Tensor {
    const [, height, width] = x.shape;
    const [window] = this.grid;
    const grid = [Math.ceil(height / window), Math.ceil(width / window)] as const;
    const [below, right] = [grid[0] * window - height, grid[1] * window - width];
    // The zeros are tokens like others: they are normalized, and seen.
    const padded = below || right ? torch.pad(x, [0, 0, 0, right, 0, below]) : x;
    const windows = this.norm.forward(cutWindows(padded, window));
    const [q, k, v] = this.qkv.forward(windows).unflatten(2, [this.#heads, 3, -1])
      .permute(3, 0, 2, 1, 4).unbind(0);
    const mixed = biasedAttention([q, k, v], this.bias()).transpose(1, 2).flatten(2);
    const joined = joinWindows(mixed, grid);
    const whole = below ? joined.narrow(1, 0, height) : joined;
    return this.proj.forward(right ? whole.narrow(2, 0, width) : whole);
  }
}

/** {@linkcode Mlp} with a norm before it. */
class NormMlp extends Mlp {
  readonly #before: nn.LayerNorm;

  constructor(dim: number, hidden: number) {
    super(dim, hidden);
    this.#before = this.registerModule("norm", new nn.LayerNorm(dim));
  }

  override forward(x: Tensor): Tensor {
    return super.forward(this.#before.forward(x));
  }
}

/**
 * Attention within windows, a convolution of each channel, an MLP (Wu et al. 2022, figure 3). Keys as timm's: `attn`,
 * `local_conv`, `mlp`.
 */
export class TinyVitBlock extends nn.Module {
  /** The attention. */
  readonly attn: TinyAttention;
  /** The convolution, which has no shortcut. */
  readonly local_conv: ConvNormAct;
  /** The MLP. */
  readonly mlp: NormMlp;
  readonly #drop: DropPath;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: { heads: number; window: number; dropPath: number }) {
    super();
    this.attn = new TinyAttention(dim, options.heads, options.window);
    this.local_conv = convBn(dim, dim, { kernel: 3, depthwise: true });
    this.mlp = new NormMlp(dim, 4 * dim);
    this.#drop = this.registerModule("drop_path", new DropPath(options.dropPath));
  }

  /** (B, dim, H, W) to its own shape. */
  override forward(map: Tensor): Tensor {
    return torch.scope(() => {
      const x = map.permute(0, 2, 3, 1);
      const mixed = residual(x, this.#drop.forward(this.attn.forward(x)));
      const near = this.local_conv.forward(mixed.permute(0, 3, 1, 2)).permute(0, 2, 3, 1);
      const branch = this.#drop.forward(this.mlp.forward(near));
      return residual(near, branch).permute(0, 3, 1, 2);
    });
  }
}
