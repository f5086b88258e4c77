/**
 * Normalization over neighboring channels, as a layer.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import {
  localResponseNorm,
  type LocalResponseNormOptions,
} from "../functional/local_response_norm.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize } from "../options.ts";

/**
 * Divides every value by a power of the mean square over neighboring channels (Krizhevsky et al. 2012, section 3.3).
 *
 * Shapes: (B, C, *), the input's own.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.LocalResponseNorm(5).forward(torch.randn([2, 16, 4, 4])).shape; // [2, 16, 4, 4]
 * ```
 */
export class LocalResponseNorm extends Module {
  /** The number of channels that a mean is over. */
  readonly size: number;
  readonly #options: LocalResponseNormOptions;

  /**
   * `alpha` is 1e-4, `beta` 0.75 and `k` 1 by default.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    checkSize("LocalResponseNorm", "size", size);
    checkKnown("LocalResponseNorm", options, ["alpha", "beta", "k"]);
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined) checkNumber("LocalResponseNorm", name, value);
    }
    this.size = size;
    this.#options = { ...options };
  }

  /**
   * Shapes: the input's own.
   *
   * @throws {ShapeError} if the input has fewer than three dimensions.
   */
  override forward(input: Tensor): Tensor {
    return localResponseNorm(input, this.size, this.#options);
  }

  /** The number of channels of a mean. */
  protected override describe(): string {
    return `${this.size}`;
  }
}
