/**
 * The blocks of CoAtNet and MaxViT, by their letters.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { convNorm } from "./conv_norm_act.ts";
import {
  MapTransformerBlock,
  ParallelPartitionAttention,
  PartitionAttention,
} from "./maxvit_attention.ts";
import { ConvNeXtUnit, PreNormMbConv } from "./maxvit_convs.ts";
import type { MaxVitAttentionOptions, MaxVitConvOptions } from "./maxvit_options.ts";
import { NamedChain } from "./named_chain.ts";
import { SameConv2d } from "./same_conv.ts";
import { chain } from "./stage.ts";

/** Two convolutions, the first of which halves the image. Keys as timm's: `conv1`, `norm1`, `conv2`. */
export class MaxVitStem extends nn.Module {
  /** The convolution that halves. */
  readonly conv1: nn.Conv2d;
  /** The norm after it. */
  readonly norm1: nn.Module;
  /** The second convolution. */
  readonly conv2: nn.Conv2d;
  readonly #activation: Activation;

  /** From the first of three widths to the last. */
  constructor(
    widths: readonly number[],
    biases: readonly [boolean, boolean],
    options: MaxVitConvOptions,
  ) {
    super();
    const { same, convnext, eps, activation } = options;
    const conv = (i: 0 | 1, stride: number) => {
      const own = { stride, bias: biases[i] };
      return same
        ? new SameConv2d(widths[i], widths[i + 1], 3, own)
        : new nn.Conv2d(widths[i], widths[i + 1], 3, { ...own, padding: 1 });
    };
    this.conv1 = conv(0, 2);
    this.norm1 = convnext
      ? new nn.LayerNorm2d(widths[1], { eps })
      : new nn.BatchNorm2d(widths[1], { eps });
    this.conv2 = conv(1, 1);
    this.#activation = activation;
  }

  /** (B, C, H, W) to (B, width, H / 2, W / 2). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => {
      const normed = convNorm(this.conv1, this.norm1, images);
      return this.conv2.forward(activate_(normed, this.#activation));
    });
  }
}

/** What a block is made of. */
export interface MaxVitBlockOptions {
  /** What the convolutions are like. */
  readonly conv: MaxVitConvOptions;
  /** What the attention is like. */
  readonly attention: MaxVitAttentionOptions;
  /** The side of the windows, or of the map. */
  readonly window: number;
  /** 2 if the map is halved, else 1. */
  readonly stride: number;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
}

/** Convolutions, then attention with channels last (Tu et al., MaxViT, 2022, figure 2). */
class ConvThenAttention extends nn.Module {
  readonly conv: nn.Module;
  readonly #attentions: readonly nn.Module[];

  constructor(conv: nn.Module, attentions: Readonly<Record<string, nn.Module>>) {
    super();
    this.conv = conv;
    for (const [name, module] of Object.entries(attentions)) this.registerModule(name, module);
    this.#attentions = Object.values(attentions);
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const map = this.conv.forward(x).permute(0, 2, 3, 1);
      return chain(this.#attentions, map).permute(0, 3, 1, 2);
    });
  }
}

/** The block of a letter, from one width to another: C, T, M or P. */
export function maxVitBlock(
  letter: string,
  [before, width]: readonly [number, number],
  options: MaxVitBlockOptions,
): nn.Module {
  const { attention, window, stride, dropPath } = options;
  const own = { ...attention, window, dropPath };
  const conv = (from: number, by: number) => {
    const all = { ...options.conv, stride: by, dropPath };
    return all.convnext ? new ConvNeXtUnit(from, width, all) : new PreNormMbConv(from, width, all);
  };
  if (letter === "C") return conv(before, stride);
  if (letter === "T") return new MapTransformerBlock(before, width, { ...own, stride });
  if (letter === "M") {
    return new ConvThenAttention(conv(before, stride), {
      ...(!attention.gridOnly && { attn_block: new PartitionAttention(width, "window", own) }),
      attn_grid: new PartitionAttention(width, "grid", own),
    });
  }
  const convs = new NamedChain({ "0": conv(before, stride), "1": conv(width, 1) });
  return new ConvThenAttention(convs, { attn: new ParallelPartitionAttention(width, own) });
}

/** First weights: convolutions by their fan out (He et al. 2015), layers of transformers as Glorot and Bengio 2010 draw them. */
export function initMaxVit(model: nn.Module): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Linear) nn.init.xavierUniform_(module.weight);
    else if (module instanceof nn.Conv2d) {
      nn.init.kaimingNormal_(module.weight, { mode: "fanOut", nonlinearity: "relu" });
    } else continue;
    if (module.bias !== null) nn.init.zeros_(module.bias);
  }
}
