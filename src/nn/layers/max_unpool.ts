/**
 * The opposite of max pooling, as a layer.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { maxUnpool2d, type MaxUnpoolOptions } from "../functional/max_unpool.ts";
import { Module } from "../module.ts";
import { checkKnown, sizes } from "../options.ts";
import type { Pair } from "../pair.ts";

/**
 * The opposite of {@linkcode MaxPool2d}: every value at its place, 0 elsewhere. Shapes: values and indices
 * (B, C, H', W') to (B, C, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const values = torch.tensor([5]).reshape(1, 1, 1, 1);
 * const indices = torch.tensor([2], { dtype: "int64" }).reshape(1, 1, 1, 1);
 * new nn.MaxUnpool2d(2).forward(values, indices); // [[[[0, 0], [5, 0]]]]
 * ```
 */
export class MaxUnpool2d extends Module {
  readonly #kernelSize: number[];
  readonly #options: { stride: number[]; padding: number[] };

  /**
   * With what the pooling had.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(kernelSize: Pair, options: { stride?: Pair | null; padding?: Pair } = {}) {
    super();
    checkKnown("MaxUnpool2d", options, ["stride", "padding"]);
    this.#kernelSize = sizes("MaxUnpool2d", "kernelSize", kernelSize, 2);
    this.#options = {
      stride: sizes("MaxUnpool2d", "stride", options.stride ?? kernelSize, 2),
      padding: sizes("MaxUnpool2d", "padding", options.padding ?? 0, 2, 0),
    };
  }

  /**
   * The height and width are the least that are pooled to the input's, unless `outputSize` says.
   *
   * @throws {ArgumentError} if `outputSize` is none that is pooled to the input's size.
   */
  override forward(
    input: Tensor,
    indices: Tensor,
    options: Pick<MaxUnpoolOptions, "outputSize">,
  ): Tensor;
  /** The height and width are the least that are pooled to the input's. */
  override forward(input: Tensor, indices: Tensor): Tensor;
  override forward(
    input: Tensor,
    indices: Tensor,
    options: Pick<MaxUnpoolOptions, "outputSize"> = {},
  ): Tensor {
    return maxUnpool2d(input, indices, this.#kernelSize, { ...this.#options, ...options });
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.#kernelSize}], stride: [${this.#options.stride}]`;
  }
}
