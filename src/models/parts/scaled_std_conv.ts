/**
 * Convolutions of networks without norms.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { samePadding } from "./same_conv.ts";
import { standardized } from "./standardized.ts";

const EPS = 1e-5;

/** Options of {@linkcode ScaledStdConv2d}. */
export interface ScaledStdConvOptions {
  /** The distance between outputs; 1 by default. */
  readonly stride?: number;
  /** Into how many groups channels are split; 1 by default. */
  readonly groups?: number;
  /** By how much the activation before it shrinks what goes through, which the weights make good; 1 by default. */
  readonly gamma?: number;
  /** Whether maps are padded as TensorFlow pads; false by default, the same on all sides. */
  readonly same?: boolean;
  /** What the gains start as; 1 by default. */
  readonly gain?: number;
}

/**
 * A convolution with scaled weight standardization: each kernel has mean 0 and variance 1 / fan in, times a learned gain
 * (Brock et al., Characterizing signal propagation to close the performance gap in unnormalized ResNets, 2021, equation 2).
 * Keys as timm's: `weight`, `bias`, `gain` (out, 1, 1, 1).
 */
export class ScaledStdConv2d extends nn.Conv2d {
  /** The gain of each kernel. */
  readonly gain: Tensor;
  readonly #scale: number;
  readonly #same: boolean;

  /** A square kernel of odd size, padded to keep the size but for the stride. */
  constructor(
    before: number,
    width: number,
    kernel: number,
    options: ScaledStdConvOptions = {},
  ) {
    const { stride = 1, groups = 1, gamma = 1, same = false, gain = 1 } = options;
    const pads = same && stride > 1;
    super(before, width, kernel, { stride, groups, padding: pads ? 0 : (kernel - 1) / 2 });
    this.gain = this.registerParameter("gain", torch.full([width, 1, 1, 1], gain));
    this.#scale = gamma / Math.sqrt(before / groups * kernel ** 2);
    this.#same = pads;
  }

  /** (B, before, H, W) to (B, width, ⌈H / stride⌉, ⌈W / stride⌉). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const weight = standardized(this.weight, EPS, this.gain.mul(this.#scale).flatten());
      const padded = this.#same
        ? torch.constantPadNd(
          x,
          samePadding(x.shape.slice(2), this.kernelSize[0], this.stride[0]),
        )
        : x;
      const padding = this.padding as readonly number[];
      return torch.conv2d(padded, weight, this.bias, this.stride, padding, 1, this.groups);
    });
  }
}
