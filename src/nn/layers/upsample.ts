/**
 * Another size as a layer.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { checkInterpolation } from "../functional/check_interpolation.ts";
import { interpolate } from "../functional/interpolate.ts";
import type { InterpolateOptions } from "../functional/interpolate_options.ts";
import { Module } from "../module.ts";
import { checkKnown } from "../options.ts";

/** Options of {@linkcode Upsample}. */
export type UpsampleOptions = Omit<InterpolateOptions, "antialias">;

/**
 * Gives sequences, images or volumes another size, as {@linkcode functional.interpolate} does.
 *
 * Shapes: (B, C, L) to (B, C, L'), (B, C, H, W) to (B, C, H', W'), (B, C, D, H, W) to (B, C, D', H', W').
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const layer = new nn.Upsample({ scaleFactor: 2, mode: "bilinear" });
 * layer.forward(torch.ones([1, 3, 4, 4])).shape; // [1, 3, 8, 8]
 * ```
 */
export class Upsample extends Module {
  readonly #options: UpsampleOptions;

  /**
   * Takes either a size or a scaleFactor; mode `"nearest"` by default.
   *
   * @throws {ArgumentError} if not exactly one of the two is given, an option is not for the mode, or there is no such option.
   */
  constructor(options: UpsampleOptions) {
    super();
    checkKnown(
      "Upsample",
      options,
      ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor"],
      { antialias: "call functional.interpolate" },
    );
    checkInterpolation("Upsample", options);
    this.#options = { ...options };
  }

  /**
   * Shapes: (B, C, *) to (B, C, *').
   *
   * @throws {ShapeError} if the input has other dimensions, or ones that the mode is not for.
   * @throws {ArgumentError} if a size is not positive.
   */
  override forward(input: Tensor): Tensor {
    return interpolate(input, this.#options);
  }

  /** The size or the factor, and the mode. */
  protected override describe(): string {
    const { size, scaleFactor, mode } = this.#options;
    const what = size === undefined ? `scaleFactor: ${scaleFactor}` : `size: ${size}`;
    return `${what}, mode: ${mode ?? "nearest"}`;
  }
}
