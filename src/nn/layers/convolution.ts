/**
 * What all convolutions have in common.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { checkSize, checkWeight, checkWord, sizes } from "../options.ts";
import { initBias } from "./init_bias.ts";

/** What the convolutions have in common. */
export abstract class Convolution extends Module {
  /** Channels of the input. */
  readonly inChannels: number;
  /** Channels of the output. */
  readonly outChannels: number;
  /** The size of the kernel in each dimension. */
  readonly kernelSize: readonly number[];
  /** The distance between outputs. */
  readonly stride: readonly number[];
  /** How much is added on all sides, or the word for it. */
  readonly padding: readonly number[] | "same" | "valid";
  /** The distance between kernel elements. */
  readonly dilation: readonly number[];
  /** The number of groups. */
  readonly groups: number;
  /** The kernels. */
  readonly weight: Tensor;
  /** The bias, (out), or null. */
  readonly bias: Tensor | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly number[],
    options: {
      stride?: number | readonly number[];
      padding?: number | readonly number[] | "same" | "valid";
      dilation?: number | readonly number[];
      groups?: number;
      bias?: boolean;
    },
    dims: number,
    transposed: boolean,
  ) {
    super();
    const layer = new.target.name;
    checkSize(layer, "inChannels", inChannels);
    checkSize(layer, "outChannels", outChannels);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = sizes(layer, "kernelSize", kernelSize, dims);
    this.stride = sizes(layer, "stride", options.stride ?? 1, dims);
    this.dilation = sizes(layer, "dilation", options.dilation ?? 1, dims);
    const padding = options.padding ?? 0;
    if (typeof padding === "string" && !transposed) {
      checkWord(layer, "padding", padding, ["same", "valid"]);
      this.padding = padding;
    } else {
      this.padding = sizes(layer, "padding", padding as number, dims, 0);
    }
    if (this.padding === "same" && this.stride.some((size) => size !== 1)) {
      throw new ArgumentError(
        `${layer}: padding "same" needs stride 1, got stride [${this.stride}].`,
      );
    }
    this.groups = options.groups ?? 1;
    checkSize(layer, "groups", this.groups);
    if (inChannels % this.groups !== 0 || outChannels % this.groups !== 0) {
      throw new ArgumentError(
        `${layer}: inChannels (${inChannels}) and outChannels (${outChannels}) must be multiples of groups (${this.groups}).`,
      );
    }
    const shape = transposed
      ? [inChannels, outChannels / this.groups, ...this.kernelSize]
      : [outChannels, inChannels / this.groups, ...this.kernelSize];
    this.weight = this.registerParameter("weight", torch.empty(checkWeight(layer, shape)));
    this.bias = options.bias ?? true
      ? this.registerParameter("bias", torch.empty([outChannels]))
      : null;
    init.kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias) initBias(this.bias, this.weight);
  }

  /** The channels and options. */
  protected override describe(): string {
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel: [${this.kernelSize}]`];
    if (this.stride.some((v) => v !== 1)) parts.push(`stride: [${this.stride}]`);
    const { padding } = this;
    if (typeof padding === "string") parts.push(`padding: ${padding}`);
    else if (padding.some((v) => v !== 0)) parts.push(`padding: [${padding}]`);
    if (this.dilation.some((v) => v !== 1)) parts.push(`dilation: [${this.dilation}]`);
    if (this.groups !== 1) parts.push(`groups: ${this.groups}`);
    if (!this.bias) parts.push("bias: false");
    return parts.join(", ");
  }
}
