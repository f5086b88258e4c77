/**
 * What max pooling layers have in common.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkKnown, sizes } from "../options.ts";
import { checkPadding } from "./check_pool_padding.ts";
import type { MaxPool1dOptions, MaxPool2dOptions, MaxPool3dOptions } from "./pool_options.ts";

/** The kernel's size, stride, padding, dilation, and whether windows reach over the edge. */
export type MaxPoolArguments = readonly [number[], number[], number[], number[], boolean];

/** Calls an operator for the values alone, or for their places, too. */
interface Pooling {
  (input: Tensor, ...options: MaxPoolArguments): Tensor;
}

/** The same with places. */
interface PoolingWithIndices {
  (input: Tensor, ...options: MaxPoolArguments): [values: Tensor, indices: Tensor];
}

/** What max pooling layers have in common. */
export abstract class MaxPool extends Module {
  readonly #args: MaxPoolArguments;
  readonly #pool: Pooling;
  readonly #withIndices: PoolingWithIndices;

  constructor(
    kernelSize: number | readonly number[],
    options: MaxPool1dOptions | MaxPool2dOptions | MaxPool3dOptions,
    dims: number,
    pool: Pooling,
    withIndices: PoolingWithIndices,
  ) {
    super();
    const layer = new.target.name;
    checkKnown(layer, options, ["stride", "padding", "dilation", "ceilMode"], {
      returnIndices: "ask forward(input, { returnIndices: true }) for them",
    });
    const kernel = sizes(layer, "kernelSize", kernelSize, dims);
    const padding = sizes(layer, "padding", options.padding ?? 0, dims, 0);
    const dilation = sizes(layer, "dilation", options.dilation ?? 1, dims);
    const stride = sizes(layer, "stride", options.stride ?? kernelSize, dims);
    const reach = kernel.map((size, i) => (size - 1) * dilation[i] + 1);
    const dilated = dilation.some((size) => size !== 1);
    checkPadding(layer, dilated ? "a window's reach" : "kernelSize", reach, padding);
    this.#args = [kernel, stride, padding, dilation, options.ceilMode ?? false];
    this.#pool = pool;
    this.#withIndices = withIndices;
  }

  /**
   * Returns the largest value of every window; with `returnIndices` also where they are: int64 places in the elements
   * of a channel.
   *
   * @throws {ShapeError} if the input has other dimensions, or is smaller than a window.
   */
  override forward(
    input: Tensor,
    options: { returnIndices: true },
  ): [values: Tensor, indices: Tensor];
  /** Returns the largest value of every window. */
  override forward(input: Tensor): Tensor;
  override forward(
    input: Tensor,
    options?: { returnIndices: true },
  ): Tensor | [Tensor, Tensor] {
    const args = this.#args;
    const run = options?.returnIndices ? this.#withIndices : this.#pool;
    return run(input, args[0], args[1], args[2], args[3], args[4]);
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.#args[0]}], stride: [${this.#args[1]}]`;
  }
}
