/**
 * What convolutions have in common that are not transposed: padding by rule.
 *
 * @module
 */

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
  protected readonly zeros: readonly number[] | "same";
  /** What is put around the input beforehand, by (before, after) pairs for the last dimension first. */
  readonly #around: readonly number[] | null;
  readonly #pad: PadOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly number[],
    options: Conv1dOptions | Conv2dOptions | Conv3dOptions,
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
    this.#pad = { mode: mode === "zeros" ? "constant" : mode };
  }

  /** The input with what is not zeros around it. */
  protected around(input: Tensor): Tensor {
    return this.#around === null ? input : pad(input, this.#around, this.#pad);
  }

  /** The channels and options. */
  protected override describe(): string {
    const mode = this.paddingMode === "zeros" ? "" : `, paddingMode: ${this.paddingMode}`;
    return super.describe() + mode;
  }
}
