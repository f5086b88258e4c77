/**
 * Convolutions.
 *
 * @module
 */

import { ArgumentError } from "../../errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { initBias } from "./linear.ts";
import { checkSize, type Pair, sizes } from "./options.ts";

/** Options of {@linkcode Conv1d}. */
export interface Conv1dOptions {
  /** The distance between outputs; 1 by default. */
  stride?: number;
  /** Zeros added at both ends; 0 by default. `"same"` keeps the length (stride 1 only). */
  padding?: number | "same";
  /** The distance between kernel elements; 1 by default. */
  dilation?: number;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
}

/** Options of {@linkcode Conv2d}. */
export interface Conv2dOptions {
  /** The distance between outputs; 1 by default. */
  stride?: Pair;
  /** Zeros added on all sides; 0 by default. `"same"` keeps the size (stride 1 only). */
  padding?: Pair | "same";
  /** The distance between kernel elements; 1 by default. */
  dilation?: Pair;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
}

/** Options of {@linkcode ConvTranspose2d}. */
export interface ConvTranspose2dOptions {
  /** The distance between inputs in the output; 1 by default. */
  stride?: Pair;
  /** How much is cut off on all sides; 0 by default. */
  padding?: Pair;
  /** How much is added on one side; 0 by default. */
  outputPadding?: Pair;
  /** Into how many groups channels are split; 1 by default, all in one. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
  /** The distance between kernel elements; 1 by default. */
  dilation?: Pair;
}

/** What the convolutions have in common. */
abstract class Convolution extends Module {
  /** Channels of the input. */
  readonly inChannels: number;
  /** Channels of the output. */
  readonly outChannels: number;
  /** The size of the kernel in each dimension. */
  readonly kernelSize: readonly number[];
  /** The distance between outputs. */
  readonly stride: readonly number[];
  /** The zeros added on all sides. */
  readonly padding: readonly number[];
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
      padding?: number | readonly number[] | "same";
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
    this.padding = options.padding === "same"
      ? this.#same(layer)
      : sizes(layer, "padding", options.padding ?? 0, dims, 0);
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
    this.weight = this.registerParameter("weight", torch.empty(shape));
    this.bias = options.bias ?? true
      ? this.registerParameter("bias", torch.empty([outChannels]))
      : null;
    init.kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias) initBias(this.bias, this.weight);
  }

  #same(layer: string): number[] {
    return this.kernelSize.map((size, i) => {
      const total = this.dilation[i] * (size - 1);
      if (this.stride[i] !== 1 || total % 2 !== 0) {
        throw new ArgumentError(
          `${layer}: padding "same" needs stride 1 and an odd kernel, got stride ${
            this.stride[i]
          } and kernel ${size}; pad the input yourself.`,
        );
      }
      return total / 2;
    });
  }

  /** The channels and options. */
  protected override describe(): string {
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel: [${this.kernelSize}]`];
    if (this.stride.some((v) => v !== 1)) parts.push(`stride: [${this.stride}]`);
    if (this.padding.some((v) => v !== 0)) parts.push(`padding: [${this.padding}]`);
    if (this.dilation.some((v) => v !== 1)) parts.push(`dilation: [${this.dilation}]`);
    if (this.groups !== 1) parts.push(`groups: ${this.groups}`);
    if (!this.bias) parts.push("bias: false");
    return parts.join(", ");
  }
}

/**
 * A convolution over one dimension.
 *
 * Shapes: (B, inChannels, L) to (B, outChannels, L'). Keys: `weight` (out, in / groups, k), `bias`.
 */
export class Conv1d extends Convolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: Conv1dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 1, false);
  }

  /** Shapes: (B, inChannels, L) to (B, outChannels, L'). */
  override forward(input: Tensor): Tensor {
    return torch.conv1d(
      input,
      this.weight,
      this.bias,
      this.stride,
      this.padding,
      this.dilation,
      this.groups,
    );
  }
}

/**
 * A convolution over images.
 *
 * Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). Keys: `weight` (out, in / groups, kH, kW),
 * `bias`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.Conv2d(1, 8, 3, { stride: 2, padding: 1 });
 * layer.forward(torch.randn([4, 1, 28, 28])).shape; // [4, 8, 14, 14]
 * ```
 */
export class Conv2d extends Convolution {
  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: Conv2dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 2, false);
  }

  /** Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). */
  override forward(input: Tensor): Tensor {
    return torch.conv2d(
      input,
      this.weight,
      this.bias,
      this.stride,
      this.padding,
      this.dilation,
      this.groups,
    );
  }
}

/**
 * A transposed convolution over images: the gradient of a {@linkcode Conv2d} with respect to its input.
 *
 * Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). Keys: `weight` (in, out / groups, kH, kW),
 * `bias`.
 */
export class ConvTranspose2d extends Convolution {
  /** What is added on one side of the output. */
  readonly outputPadding: readonly number[];

  /**
   * A layer with PyTorch's initial weights.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 2, true);
    this.outputPadding = sizes(
      "ConvTranspose2d",
      "outputPadding",
      options.outputPadding ?? 0,
      2,
      0,
    );
  }

  /** Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). */
  override forward(input: Tensor): Tensor {
    return torch.convTranspose2d(
      input,
      this.weight,
      this.bias,
      this.stride,
      this.padding,
      this.outputPadding,
      this.groups,
      this.dilation,
    );
  }
}
