/**
 * Convolutions.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { initBias } from "./init_bias.ts";
import { checkKnown, checkSize, checkWeight, checkWord, sizes } from "../options.ts";
import type { Pair } from "../pair.ts";

/** What is put around the input of a convolution. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

/** Options of {@linkcode Conv1d}. */
export interface Conv1dOptions {
  /** The distance between outputs; 1 by default. */
  stride?: number;
  /**
   * How much is added at both ends; 0 by default. `"valid"` adds nothing; `"same"` keeps the length (stride 1
   * only), with one more at the right where the number is odd.
   */
  padding?: number | "same" | "valid";
  /** What is added: `"zeros"` by default, or the input mirrored, its edge repeated, or its other end. */
  paddingMode?: PaddingMode;
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
  /**
   * How much is added on all sides; 0 by default. `"valid"` adds nothing; `"same"` keeps the size (stride 1 only),
   * with one more at the right and the bottom where the number is odd.
   */
  padding?: Pair | "same" | "valid";
  /** What is added: `"zeros"` by default, or the input mirrored, its edge repeated, or its other side. */
  paddingMode?: PaddingMode;
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

/** The options of convolutions that are not transposed. */
const known = ["stride", "padding", "paddingMode", "dilation", "groups", "bias"];

/** What {@linkcode Conv1d} and {@linkcode Conv2d} have in common: padding by rule. */
abstract class PaddedConvolution extends Convolution {
  /** What is added on the sides. */
  readonly paddingMode: PaddingMode;
  /** What the operator itself pads with zeros. */
  protected readonly zeros: readonly number[] | "same";
  /** What is put around the input beforehand, by (before, after) pairs for the last dimension first. */
  readonly #around: readonly number[] | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly number[],
    options: Conv1dOptions | Conv2dOptions,
    dims: number,
  ) {
    const layer = new.target.name;
    checkKnown(layer, options, known);
    const mode = options.paddingMode ?? "zeros";
    checkWord(layer, "paddingMode", mode, ["zeros", "reflect", "replicate", "circular"]);
    super(inChannels, outChannels, kernelSize, options, dims, false);
    this.paddingMode = mode;
    // Before and after every side.
    const sides = this.kernelSize.map((size, i) => {
      if (this.padding === "valid") return [0, 0];
      if (this.padding !== "same") return [this.padding[i], this.padding[i]];
      const total = this.dilation[i] * (size - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    const even = sides.every(([before, after]) => before === after);
    const none = this.kernelSize.map(() => 0);
    this.zeros = mode !== "zeros" ? none : even ? sides.map(([before]) => before) : "same";
    this.#around = mode === "zeros" ? null : sides.reverse().flat();
  }

  /** The input with what is not zeros around it. */
  protected around(input: Tensor): Tensor {
    const around = this.#around;
    return around === null
      ? input
      : torch.pad(input, around, this.paddingMode as Exclude<PaddingMode, "zeros">);
  }

  /** The channels and options. */
  protected override describe(): string {
    const mode = this.paddingMode === "zeros" ? "" : `, paddingMode: ${this.paddingMode}`;
    return super.describe() + mode;
  }
}

/**
 * A convolution over one dimension.
 *
 * Shapes: (B, inChannels, L) to (B, outChannels, L'). Keys: `weight` (out, in / groups, k), `bias`.
 */
export class Conv1d extends PaddedConvolution {
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
    super(inChannels, outChannels, kernelSize, options, 1);
  }

  /** Shapes: (B, inChannels, L) to (B, outChannels, L'). */
  override forward(input: Tensor): Tensor {
    const padded = this.around(input);
    const output = torch.conv1d(
      padded,
      this.weight,
      this.bias,
      this.stride,
      this.zeros,
      this.dilation,
      this.groups,
    );
    if (padded !== input) padded.dispose();
    return output;
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
export class Conv2d extends PaddedConvolution {
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
    super(inChannels, outChannels, kernelSize, options, 2);
  }

  /** Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). */
  override forward(input: Tensor): Tensor {
    const padded = this.around(input);
    const output = torch.conv2d(
      padded,
      this.weight,
      this.bias,
      this.stride,
      this.zeros,
      this.dilation,
      this.groups,
    );
    if (padded !== input) padded.dispose();
    return output;
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
    checkKnown(
      "ConvTranspose2d",
      options,
      ["stride", "padding", "outputPadding", "groups", "bias", "dilation"],
      { paddingMode: "it cuts off and pads nothing" },
    );
    const added = sizes("ConvTranspose2d", "outputPadding", options.outputPadding ?? 0, 2, 0);
    super(inChannels, outChannels, kernelSize, options, 2, true);
    this.outputPadding = added;
  }

  /**
   * Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). With a stride several sizes become one under a
   * convolution; `outputSize`, [H', W'], says which is wanted, instead of `outputPadding`.
   *
   * @throws {ArgumentError} if the output cannot have that size.
   */
  override forward(input: Tensor, options: { outputSize?: readonly number[] }): Tensor;
  /** Shapes: (B, inChannels, H, W) to (B, outChannels, H', W'). */
  override forward(input: Tensor): Tensor;
  override forward(input: Tensor, options?: { outputSize?: readonly number[] }): Tensor {
    return torch.convTranspose2d(
      input,
      this.weight,
      this.bias,
      this.stride,
      this.padding as readonly number[],
      options?.outputSize === undefined
        ? this.outputPadding
        : this.#paddingFor(options.outputSize, input.shape.slice(-2)),
      this.groups,
      this.dilation,
    );
  }

  /** What has to be added on one side for an output of a size. */
  #paddingFor(wanted: readonly number[], sides: readonly number[]): number[] {
    const padding = this.padding as readonly number[];
    const least = sides.map((size, i) =>
      (size - 1) * this.stride[i] - 2 * padding[i] +
      this.dilation[i] * (this.kernelSize[i] - 1) + 1
    );
    const fits = wanted.length === 2 &&
      wanted.every((size, i) =>
        Number.isInteger(size) && size >= least[i] && size < least[i] + this.stride[i]
      );
    if (!fits) {
      throw new ArgumentError(
        `ConvTranspose2d: outputSize [${wanted}] is none that an input of [${sides}] can have; those are ` +
          `[${least}] to [${least.map((size, i) => size + this.stride[i] - 1)}].`,
      );
    }
    return wanted.map((size, i) => size - least[i]);
  }
}
