/**
 * Layers without weights that change the number of dimensions, or do nothing.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkInteger, checkSize } from "../options.ts";
import { ArgumentError } from "../../base/errors.ts";

/**
 * Returns its input.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Identity().forward(torch.tensor([1, 2])); // [1, 2]
 * ```
 */
export class Identity extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input;
  }
}

/**
 * Makes one dimension of several: by default all but the first.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Flatten().forward(torch.ones([2, 3, 4])).shape; // [2, 12]
 * ```
 */
export class Flatten extends Module {
  /** The first dimension that is joined. */
  readonly startDim: number;
  /** The last dimension that is joined. */
  readonly endDim: number;

  /**
   * All dimensions but the first by default.
   *
   * @throws {ArgumentError} if a dimension is not a whole number.
   */
  constructor(startDim = 1, endDim = -1) {
    super();
    checkInteger("Flatten", "startDim", startDim);
    checkInteger("Flatten", "endDim", endDim);
    this.startDim = startDim;
    this.endDim = endDim;
  }

  /** Shapes: (B, *) to (B, product of the rest), by default. */
  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }
}

/**
 * Splits one dimension into several, the opposite of {@linkcode Flatten}.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Unflatten(1, [3, 4]).forward(torch.ones([2, 12])).shape; // [2, 3, 4]
 * ```
 */
export class Unflatten extends Module {
  /** The dimension that is split. */
  readonly dim: number;
  /** The sizes of its parts; one may be -1, for what is left. */
  readonly unflattenedSize: readonly number[];

  /**
   * Splits dimension `dim` into `unflattenedSize`, one of which may be -1.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    checkInteger("Unflatten", "dim", dim);
    if (!Array.isArray(unflattenedSize) || unflattenedSize.length === 0) {
      throw new ArgumentError(
        `Unflatten: unflattenedSize must be a list of sizes, got ${
          JSON.stringify(unflattenedSize)
        }.`,
      );
    }
    if (unflattenedSize.filter((size) => size === -1).length > 1) {
      throw new ArgumentError(
        `Unflatten: one of unflattenedSize may be -1, got [${unflattenedSize.join(", ")}].`,
      );
    }
    for (const size of unflattenedSize) {
      if (size !== -1) checkSize("Unflatten", "unflattenedSize", size, 0);
    }
    this.dim = dim;
    this.unflattenedSize = [...unflattenedSize];
  }

  /**
   * Shapes: (*, product of the sizes, *) to (*, …unflattenedSize, *).
   *
   * @throws {ShapeError} if the dimension has another size.
   */
  override forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattenedSize);
  }

  /** The dimension and its parts. */
  protected override describe(): string {
    return `${this.dim}, [${this.unflattenedSize}]`;
  }
}
