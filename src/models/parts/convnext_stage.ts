/**
 * The stem and the stages of ConvNeXts.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { ConvNeXtOptions } from "../convnext_options.ts";
import type { ConvNeXtBlock } from "./convnext_block.ts";
import { makeDivisible } from "./divisible.ts";
import { Stage } from "./stage.ts";

/** A stage: what halves the map before it, and its blocks. Keys as timm's: `downsample`, `blocks`. */
export class ConvNeXtStage extends nn.Module {
  /** A norm and a convolution of stride 2, if it has them. */
  readonly downsample?: Stage;
  /** The blocks. */
  readonly blocks: Stage;

  /** From what halves the map and the blocks. */
  constructor(downsample: Stage | undefined, blocks: readonly ConvNeXtBlock[]) {
    super();
    if (downsample !== undefined) this.downsample = downsample;
    this.blocks = new Stage(...blocks);
  }

  /** (B, C, H, W) to (B, D, H / 2, W / 2), or to its own size. */
  override forward(x: Tensor): Tensor {
    const halved = this.downsample?.forward(x) ?? x;
    const map = this.blocks.forward(halved);
    if (halved !== x) halved.dispose();
    return map;
  }
}

/** What comes before the first stage, with `norm` at its end. Keys: `0.…`, `1.…`, … */
export function convnextStem(options: ConvNeXtOptions, inChannels: number, norm: nn.Module): Stage {
  const { dims: [width], patchSize = 4, stem = "patch" } = options;
  if (stem === "patch") {
    return new Stage(new nn.Conv2d(inChannels, width, patchSize, { stride: patchSize }), norm);
  }
  const inner = stem === "overlapTiered" ? makeDivisible(Math.floor(width / 2)) : width;
  const halving = { stride: 2, padding: 1 };
  return new Stage(
    new nn.Conv2d(inChannels, inner, 3, halving),
    ...(stem === "overlapAct" ? [new nn.GELU()] : []),
    new nn.Conv2d(inner, width, 3, halving),
    norm,
  );
}
