/**
 * The blocks of MIT's EfficientViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { inFullPrecision } from "../../torch/full_precision.ts";
import type { Activation } from "./activation.ts";
import { ConvNormAct } from "./conv_norm_act.ts";
import { residual } from "./residual.ts";
import { chain } from "./stage.ts";

/** What all blocks of one network share. */
export interface BlockStyle {
  /** What follows the norms, but for the last of a block. */
  readonly activation: Activation;
  /** Options of the norms. */
  readonly norm: nn.BatchNormOptions;
}

/** What makes one {@linkcode LocalBlock} another. */
export interface LocalBlockOptions extends BlockStyle {
  /**
   * Which convolutions there are: `"inverted"`: 1x1, depthwise, 1x1; `"fused"`: 3x3, 1x1; `"depthwise"`: depthwise,
   * 1x1; `"plain"`: 3x3, 3x3.
   */
  readonly kind: "inverted" | "fused" | "depthwise" | "plain";
  /** By how much its hidden width is larger than what comes in. */
  readonly expansion: number;
  /** The stride of the convolution that looks at neighbours; 1 by default. */
  readonly stride?: number;
  /** Whether only the last convolution has a norm, and the others a bias in its place; false by default. */
  readonly bare?: boolean;
}

const KEYS = ["conv", "norm"] as const;

/** Two or three convolutions, the last without activation. Keys as timm's: `inverted_conv`, `depth_conv`, … */
export class LocalBlock extends nn.Module {
  readonly #convs: readonly nn.Module[];

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: LocalBlockOptions) {
    super();
    const { kind, expansion, stride = 1, bare = false, activation, norm } = options;
    const hidden = Math.round(before * expansion);
    const inner = { activation, keys: KEYS, ...(bare ? { norm: null, bias: true } : { norm }) };
    const near = { ...inner, kernel: 3, stride };
    const last = { norm, keys: KEYS };
    const convs = {
      inverted: () => ({
        inverted_conv: new ConvNormAct(before, hidden, inner),
        depth_conv: new ConvNormAct(hidden, hidden, { ...near, depthwise: true }),
        point_conv: new ConvNormAct(hidden, width, last),
      }),
      fused: () => ({
        spatial_conv: new ConvNormAct(before, hidden, near),
        point_conv: new ConvNormAct(hidden, width, last),
      }),
      depthwise: () => ({
        depth_conv: new ConvNormAct(before, before, { ...near, depthwise: true }),
        point_conv: new ConvNormAct(before, width, last),
      }),
      plain: () => ({
        conv1: new ConvNormAct(before, hidden, near),
        conv2: new ConvNormAct(hidden, width, { ...last, kernel: 3 }),
      }),
    }[kind]();
    for (const [name, conv] of Object.entries(convs)) this.registerModule(name, conv);
    this.#convs = Object.values(convs);
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return chain(this.#convs, x);
  }
}

/** A branch with or without a shortcut. Keys as timm's: `main.…`. */
export class Shortcut extends nn.Module {
  /** The branch. */
  readonly main: nn.Module;
  readonly #adds: boolean;

  /** Adds its input to what the branch gives, unless told not to. */
  constructor(main: nn.Module, adds = true) {
    super();
    this.main = main;
    this.#adds = adds;
  }

  /** The branch of `x`, and `x`. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const branch = this.main.forward(x);
      return this.#adds ? residual(x, branch) : branch;
    });
  }
}

/**
 * Linear attention with ReLU on several scales (Cai et al. 2023, section 3.1): queries, keys and values, and the same of
 * what a convolution gathers around each place.
 */
class LinearAttention extends nn.Module {
  readonly #qkv: ConvNormAct;
  readonly #gather: readonly nn.Module[];
  readonly #proj: ConvNormAct;
  readonly #headDim: number;

  constructor(dim: number, headDim: number, norm: nn.BatchNormOptions) {
    super();
    const heads = Math.floor(dim / headDim);
    const total = heads * headDim;
    this.#headDim = headDim;
    this.#qkv = this.registerModule(
      "qkv",
      new ConvNormAct(dim, 3 * total, { norm: null, keys: KEYS }),
    );
    const gather = [
      new nn.Conv2d(3 * total, 3 * total, 5, { padding: 2, groups: 3 * total, bias: false }),
      new nn.Conv2d(3 * total, 3 * total, 1, { groups: 3 * heads, bias: false }),
    ];
    this.registerModule("aggreg", new nn.ModuleList([new nn.Sequential(...gather)]));
    this.#gather = gather;
    this.#proj = this.registerModule("proj", new ConvNormAct(2 * total, dim, { norm, keys: KEYS }));
  }

  override forward(x: Tensor): Tensor {
    const [batch, , height, width] = x.shape;
    const qkv = this.#qkv.forward(x);
    const all = torch.cat([qkv, chain(this.#gather, qkv)], 1)
      .reshape(batch, -1, 3 * this.#headDim, height * width).transpose(-1, -2);
    const [q, k, v] = all.chunk(3, -1);
    const mixed = inFullPrecision(x.device, () => attend(q.relu(), k.relu(), v));
    return this.#proj.forward(mixed.transpose(-1, -2).reshape(batch, -1, height, width));
  }
}

/** Equation 2: sums over the keys come first, so that the cost grows with the places and not with their square. */
function attend(q: Tensor, k: Tensor, v: Tensor): Tensor {
  // Sums over thousands of places do not fit what half precision can count.
  if (q.dtype !== "float64" && q.dtype !== "float32") {
    return attend(q.float(), k.float(), v.float()).to(v.dtype);
  }
  const values = q.matmul(k.transpose(-1, -2).matmul(v));
  const weight = q.matmul(k.sum([-2]).unsqueeze(-1));
  return values.div(weight.add(1e-5));
}

/** Attention, then an inverted residual (figure 2). Keys as timm's: `context_module`, `local_module`. */
export class EfficientVitBlock extends nn.Module {
  readonly #context: Shortcut;
  readonly #local: Shortcut;

  /** For maps of `dim` channels. */
  constructor(
    dim: number,
    options: BlockStyle & { readonly headDim: number; readonly expansion: number },
  ) {
    super();
    const { headDim, expansion, activation, norm } = options;
    this.#context = this.registerModule(
      "context_module",
      new Shortcut(new LinearAttention(dim, headDim, norm)),
    );
    const local = { kind: "inverted", expansion, bare: true, activation, norm } as const;
    this.#local = this.registerModule(
      "local_module",
      new Shortcut(new LocalBlock(dim, dim, local)),
    );
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return chain([this.#context, this.#local], x);
  }
}
