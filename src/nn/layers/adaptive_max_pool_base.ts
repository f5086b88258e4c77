/**
 * What layers that take the largest values for a given size have in common.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import type { OutputSize } from "../functional/output_size.ts";
import { AdaptivePool } from "./adaptive_pool_base.ts";

/** What layers that take the largest values for a given size have in common. */
export abstract class AdaptiveMaxPool extends AdaptivePool {
  readonly #pool: (input: Tensor, size: readonly number[]) => [values: Tensor, indices: Tensor];

  constructor(
    outputSize: OutputSize,
    dims: number,
    pool: (input: Tensor, size: readonly number[]) => [values: Tensor, indices: Tensor],
  ) {
    super(outputSize, dims);
    this.#pool = pool;
  }

  /**
   * Returns the largest value of every window; with `returnIndices` also where they are: int64 places in the elements
   * of a channel.
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
    const [values, indices] = this.#pool(input, this.sizeFor(input));
    if (options?.returnIndices) return [values, indices];
    indices.dispose();
    return values;
  }
}
