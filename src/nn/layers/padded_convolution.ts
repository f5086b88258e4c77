/**
 * What convolutions have in common that are not transposed: padding by rule.
 *
 * @module
 */

import type * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { pad, type PadOptions } from "../functional/pad.ts";
import { checkKnown, checkWord } from "../options.ts";
import type { Conv1dOptions, Conv2dOptions, Conv3dOptions, PaddingMode } from "./conv_options.ts";
import { Convolution } from "./convolution.ts";

/** The options of convolutions that are not transposed. */
const known = ["stride", "padding", "paddingMode", "dilation", "groups", "bias"];

/** What convolutions have in common that are not transposed: padding by rule. */
export abstract class PaddedConvolution extends Convolution {
  /** What is added on the sides. */
  readonly paddingMode: PaddingMode;
  /** What the operator itself pads with zeros. */
  readonly #zeros: readonly number[] | "same";
  readonly #convolve: typeof torch.conv2d;
  /** What is put around the input beforehand, by (before, after) pairs for the last dimension first. */
  readonly #around: readonly number[] | null;
  readonly #pad: PadOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly number[],
    options: Conv1dOptions | Conv2dOptions | Conv3dOptions,
    dims: number,
    convolve: typeof torch.conv2d,
  ) {
    const layer = new.target.name;
    checkKnown(layer, options, known);
    const mode = options.paddingMode ?? "zeros";
    checkWord(layer, "paddingMode", mode, ["zeros", "reflect", "replicate", "circular"]);
    super(inChannels, outChannels, kernelSize, options, dims, false);
    this.paddingMode = mode;
    this.#convolve = convolve;
    // Before and after every side.
    const sides = this.kernelSize.map((size, i) => {
      if (this.padding === "valid") return [0, 0];
      if (this.padding !== "same") return [this.padding[i], this.padding[i]];
      const total = this.dilation[i] * (size - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    const even = sides.every(([before, after]) => before === after);
    const none = this.kernelSize.map(() => 0);
    this.#zeros = mode !== "zeros" ? none : even ? sides.map(([before]) => before) : "same";
    this.#around = mode === "zeros" ? null : sides.reverse().flat();
    this.#pad = { mode: mode === "zeros" ? "constant" : mode };
  }

  /** Shapes: (B, inChannels, *) to (B, outChannels, *'). */
  override forward(input: Tensor): Tensor {
    const padded = this.#around === null ? input : pad(input, this.#around, this.#pad);
    const { weight, bias, stride, dilation, groups } = this;
    const output = this.#convolve(padded, weight, bias, stride, this.#zeros, dilation, groups);
    if (padded !== input) padded.dispose();
    return output;
  }

  /** The channels and options. */
  protected override describe(): string {
    const mode = this.paddingMode === "zeros" ? "" : `, paddingMode: ${this.paddingMode}`;
    return super.describe() + mode;
  }
}
