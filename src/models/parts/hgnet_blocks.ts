/**
 * The blocks of PP-HGNet.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convBn, type ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { Affine, HgConv } from "./hgnet_conv.ts";
import { residual } from "./residual.ts";
import { Stage } from "./stage.ts";

/** A 1x1 convolution, then a depthwise one. Keys as timm's: `conv1`, `conv2`. */
class LightConv extends nn.Module {
  readonly conv1: ConvNormAct;
  readonly conv2: ConvNormAct;
  readonly #affine?: Affine;

  constructor(before: number, width: number, kernel: number, affine: boolean) {
    super();
    this.conv1 = convBn(before, width);
    this.conv2 = convBn(width, width, { kernel, groups: width, activation: "relu" });
    if (affine) this.#affine = this.conv2.registerModule("lab", new Affine());
  }

  override forward(x: Tensor): Tensor {
    const map = this.conv2.forward(this.conv1.forward(x));
    return this.#affine?.forward(map) ?? map;
  }
}

/** Scales channels by one convolution over their means (Lee and Park, CenterMask, 2020, figure 4). Keys: `conv`. */
class EffectiveSqueeze extends nn.Module {
  readonly conv: nn.Conv2d;

  constructor(channels: number) {
    super();
    this.conv = new nn.Conv2d(channels, channels, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.conv.forward(torch.adaptiveAvgPool2d(x, [1, 1])).sigmoid_().mul(x);
  }
}

/** What all blocks of a stage have in common. */
export interface HgBlockOptions {
  /** Channels of the convolutions inside. */
  readonly inner: number;
  /** How many convolutions there are. */
  readonly layers: number;
  /** Height and width of their kernels. */
  readonly kernel: number;
  /** Whether convolutions are depthwise, each after a 1x1 convolution. */
  readonly light: boolean;
  /** Whether {@linkcode Affine} follows activations. */
  readonly affine: boolean;
  /** Whether two 1x1 convolutions join all maps, not one and attention of channels. */
  readonly narrows: boolean;
  /** Whether what comes in is added. */
  readonly isResidual: boolean;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/**
 * Convolutions in a row whose maps are all joined, with what comes in. Keys as timm's: `layers.0`, …, `aggregation.0`,
 * `aggregation.1`.
 */
export class HgBlock extends nn.Module {
  readonly #layers: readonly nn.Module[];
  /** Joins the maps. */
  readonly aggregation: Stage;
  readonly #dropPath: DropPath;
  readonly #isResidual: boolean;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: HgBlockOptions) {
    super();
    const { inner, layers, kernel, light, affine, narrows, isResidual, dropPath } = options;
    this.#layers = Array.from({ length: layers }, (_, i) => {
      const from = i === 0 ? before : inner;
      return light
        ? new LightConv(from, inner, kernel, affine)
        : new HgConv(from, inner, { kernel, affine });
    });
    this.registerModule("layers", new nn.ModuleList(this.#layers));
    const all = before + layers * inner;
    const half = Math.floor(width / 2);
    this.aggregation = narrows
      ? new Stage(new HgConv(all, half, { affine }), new HgConv(half, width, { affine }))
      : new Stage(new HgConv(all, width, { affine }), new EffectiveSqueeze(width));
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
    this.#isResidual = isResidual;
  }

  /** (B, before, H, W) to (B, width, H, W). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const maps = [x];
      for (const layer of this.#layers) maps.push(layer.forward(maps.at(-1)!));
      const joined = torch.cat(maps, 1);
      for (const map of maps.slice(1)) map.dispose();
      const branch = this.aggregation.forward(joined);
      return this.#isResidual ? residual(x, this.#dropPath.forward(branch)) : branch;
    });
  }
}
