/**
 * What transposed convolutions have in common: the size of the output.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkKnown, sizes } from "../options.ts";
import type {
  ConvTranspose1dOptions,
  ConvTranspose2dOptions,
  ConvTranspose3dOptions,
} from "./conv_transpose_options.ts";
import { Convolution } from "./convolution.ts";

/** The options of transposed convolutions. */
const known = ["stride", "padding", "outputPadding", "groups", "bias", "dilation"];

/** What transposed convolutions have in common. */
export abstract class TransposedConvolution extends Convolution {
  /** What is added on one side of the output. */
  readonly outputPadding: readonly number[];
  readonly #convolve: typeof torch.convTranspose2d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly number[],
    options: ConvTranspose1dOptions | ConvTranspose2dOptions | ConvTranspose3dOptions,
    dims: number,
    convolve: typeof torch.convTranspose2d,
  ) {
    const layer = new.target.name;
    checkKnown(layer, options, known, { paddingMode: "it cuts off and pads nothing" });
    const added = sizes(layer, "outputPadding", options.outputPadding ?? 0, dims, 0);
    const stride = sizes(layer, "stride", options.stride ?? 1, dims);
    const dilation = sizes(layer, "dilation", options.dilation ?? 1, dims);
    if (added.some((size, i) => size >= Math.max(stride[i], dilation[i]))) {
      throw new ArgumentError(
        `${layer}: outputPadding must be below stride [${stride}] or dilation [${dilation}], got [${added}].`,
      );
    }
    super(inChannels, outChannels, kernelSize, options, dims, true);
    this.outputPadding = added;
    this.#convolve = convolve;
  }

  /**
   * With a stride several sizes become one under a convolution; `outputSize`, without batch and channels, says which is
   * wanted, instead of `outputPadding`.
   *
   * @throws {ArgumentError} if the output cannot have that size.
   */
  override forward(input: Tensor, options: { outputSize?: readonly number[] }): Tensor;
  /** Shapes: (B, inChannels, *) to (B, outChannels, *'). */
  override forward(input: Tensor): Tensor;
  override forward(input: Tensor, options?: { outputSize?: readonly number[] }): Tensor {
    const added = options?.outputSize === undefined
      ? this.outputPadding
      : this.#paddingFor(options.outputSize, input.shape.slice(-this.kernelSize.length));
    const { weight, bias, stride, groups, dilation } = this;
    const cut = this.padding as readonly number[];
    return this.#convolve(input, weight, bias, stride, cut, added, groups, dilation);
  }

  /** What has to be added on one side for an output of a size. */
  #paddingFor(wanted: readonly number[], sides: readonly number[]): number[] {
    const padding = this.padding as readonly number[];
    const least = sides.map((size, i) =>
      (size - 1) * this.stride[i] - 2 * padding[i] +
      this.dilation[i] * (this.kernelSize[i] - 1) + 1
    );
    const fits = wanted.length === sides.length &&
      wanted.every((size, i) =>
        Number.isInteger(size) && size >= least[i] && size < least[i] + this.stride[i]
      );
    if (!fits) {
      throw new ArgumentError(
        `${this.constructor.name}: outputSize [${wanted}] is none that an input of [${sides}] can have; those are ` +
          `[${least}] to [${least.map((size, i) => size + this.stride[i] - 1)}].`,
      );
    }
    return wanted.map((size, i) => size - least[i]);
  }

  /** The channels and options. */
  protected override describe(): string {
    const added = this.outputPadding.some((v) => v !== 0);
    return super.describe() + (added ? `, outputPadding: [${this.outputPadding}]` : "");
  }
}
