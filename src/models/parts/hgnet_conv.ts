/**
 * The convolutions of PP-HGNet.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { ConvNormAct } from "./conv_norm_act.ts";

/** One factor and one summand for all values of a map. Keys: `scale` (1), `bias` (1). */
export class Affine extends nn.Module {
  /** The factor, (1). */
  readonly scale: Tensor;
  /** The summand, (1). */
  readonly bias: Tensor;

  /** Leaves a map as it is at first. */
  constructor() {
    super();
    this.scale = this.registerParameter("scale", torch.ones([1]));
    this.bias = this.registerParameter("bias", torch.zeros([1]));
  }

  /** Shapes: the map's own, which is overwritten where no gradients are recorded. */
  override forward(x: Tensor): Tensor {
    return (torch.isGradEnabled() ? x.mul(this.scale) : x.mul_(this.scale)).add_(this.bias);
  }
}

/** Options of a convolution of PP-HGNet. */
export interface HgConvOptions {
  /** Height and width of the kernel; 1 by default. */
  readonly kernel?: number;
  /** The distance between outputs; 1 by default. */
  readonly stride?: number;
  /** Whether {@linkcode Affine} follows the activation. */
  readonly affine: boolean;
}

/** Convolution, norm, ReLU, in V2's smaller ones {@linkcode Affine}. Keys as timm's: `conv`, `bn`, `lab`. */
export class HgConv extends ConvNormAct {
  readonly #affine?: Affine;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, { affine, ...options }: HgConvOptions) {
    super(before, width, { ...options, activation: "relu", keys: ["conv", "bn"] });
    if (affine) this.#affine = this.registerModule("lab", new Affine());
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    const map = super.forward(x);
    return this.#affine?.forward(map) ?? map;
  }
}
