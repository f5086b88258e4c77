/**
 * The attention of EfficientFormerV2.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convBn, type ConvNormAct, type ConvNormActOptions } from "./conv_norm_act.ts";
import { OffsetAttention } from "./offset_attention.ts";
import type { Grid } from "./positions.ts";

const KEY_DIM = 32;
const DOWN_KEY_DIM = 16;
const HEADS = 8;
const VALUE_RATIO = 4;

/** Convolution and norm with timm's names, and a bias in both. */
export function biasedConv(
  before: number,
  width: number,
  options: ConvNormActOptions = {},
): ConvNormAct {
  return convBn(before, width, { bias: true, ...options });
}

/** A map (B, heads · D, H, W) as tokens of each head (B, heads, H · W, D). */
function tokensOf(map: Tensor): Tensor {
  return map.flatten(2).unflatten(1, [HEADS, -1]).transpose(2, 3);
}

/**
 * Attention among the places of a map, whose heads talk to each other, with what a depthwise convolution sees added to
 * the values (Li et al. 2023, figure 2d and section 3.2). With a stride it looks at a smaller map, and its result is
 * made larger again (section 3.3).
 */
export class MapAttention extends OffsetAttention {
  readonly #shrink: ConvNormAct | null = null;
  readonly #q: ConvNormAct;
  readonly #k: ConvNormAct;
  readonly #v: ConvNormAct;
  readonly #local: ConvNormAct;
  readonly #talk1: nn.Conv2d;
  readonly #talk2: nn.Conv2d;
  readonly #proj: ConvNormAct;
  readonly #stride: number;

  /** For maps of `dim` channels on a grid. */
  constructor(dim: number, [rows, columns]: Grid, stride = 1) {
    super(HEADS, [Math.ceil(rows / stride), Math.ceil(columns / stride)]);
    this.#stride = stride;
    const values = VALUE_RATIO * KEY_DIM * HEADS;
    const depthwise = { kernel: 3, depthwise: true };
    if (stride > 1) {
      const shrink = biasedConv(dim, dim, { ...depthwise, stride });
      this.#shrink = this.registerModule("stride_conv", shrink);
    }
    this.#q = this.registerModule("q", biasedConv(dim, KEY_DIM * HEADS));
    this.#k = this.registerModule("k", biasedConv(dim, KEY_DIM * HEADS));
    this.#v = this.registerModule("v", biasedConv(dim, values));
    this.#local = this.registerModule("v_local", biasedConv(values, values, depthwise));
    this.#talk1 = this.registerModule("talking_head1", new nn.Conv2d(HEADS, HEADS, 1));
    this.#talk2 = this.registerModule("talking_head2", new nn.Conv2d(HEADS, HEADS, 1));
    this.#proj = this.registerModule("proj", biasedConv(values, dim));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(images: Tensor): Tensor {
    const x = this.#shrink?.forward(images) ?? images;
    const [q, k] = [this.#q, this.#k].map((layer) => tokensOf(layer.forward(x)));
    const values = this.#v.forward(x);
    const scores = q.mul(KEY_DIM ** -0.5).matmul(k.mT).add_(this.bias());
    const shares = this.#talk2.forward(this.#talk1.forward(scores).softmax(-1));
    const mixed = shares.matmul(tokensOf(values)).transpose(2, 3).flatten(1, 2)
      .unflatten(2, this.grid).add(this.#local.forward(values));
    const whole = this.#stride === 1 ? mixed : nn.functional.interpolate(mixed, {
      scaleFactor: this.#stride,
      mode: "bilinear",
    });
    return this.#proj.forward(whole.gelu());
  }
}

/** What asks: every second place, with what a convolution sees around it. */
class Query extends nn.Module {
  readonly #near: nn.Conv2d;
  readonly #proj: ConvNormAct;

  constructor(before: number, width: number) {
    super();
    const near = new nn.Conv2d(before, before, 3, { stride: 2, padding: 1, groups: before });
    this.#near = this.registerModule("local", near);
    this.#proj = this.registerModule("proj", biasedConv(before, width));
  }

  override forward(x: Tensor): Tensor {
    const every = torch.slice(null, null, 2);
    const second = x.index("...", every, every);
    return this.#proj.forward(this.#near.forward(x).add(second));
  }
}

/** Attention that halves a map: every second place asks (Li et al. 2023, figure 2e). */
export class HalvingAttention extends OffsetAttention {
  readonly #q: Query;
  readonly #k: ConvNormAct;
  readonly #v: ConvNormAct;
  readonly #local: ConvNormAct;
  readonly #proj: ConvNormAct;

  /** From maps of `before` channels on a grid to `width`. */
  constructor(before: number, width: number, grid: Grid) {
    super(HEADS, grid, 2);
    const keys = DOWN_KEY_DIM * HEADS;
    const values = VALUE_RATIO * keys;
    this.#q = this.registerModule("q", new Query(before, keys));
    this.#k = this.registerModule("k", biasedConv(before, keys));
    this.#v = this.registerModule("v", biasedConv(before, values));
    const halving = { kernel: 3, stride: 2, depthwise: true };
    this.#local = this.registerModule("v_local", biasedConv(values, values, halving));
    this.#proj = this.registerModule("proj", biasedConv(values, width));
  }

  /** (B, before, H, W) to (B, width, H / 2, W / 2). */
  override forward(x: Tensor): Tensor {
    const q = tokensOf(this.#q.forward(x));
    const k = tokensOf(this.#k.forward(x));
    const values = this.#v.forward(x);
    const scores = q.mul(DOWN_KEY_DIM ** -0.5).matmul(k.mT).add_(this.bias());
    const mixed = scores.softmax(-1).matmul(tokensOf(values)).transpose(2, 3).flatten(1, 2)
      .unflatten(2, this.asking).add(this.#local.forward(values));
    return this.#proj.forward(mixed.gelu());
  }
}
