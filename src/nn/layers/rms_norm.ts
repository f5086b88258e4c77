/**
 * Root mean square normalization.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { shapeText } from "../functional/shapes.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, sizes } from "../options.ts";

/** Options of {@linkcode RMSNorm}. */
export interface RMSNormOptions {
  /** Added to the mean square; by default (null) the smallest step from 1 of the input's dtype. */
  eps?: number | null;
  /** Whether there is a weight; true by default. */
  elementwiseAffine?: boolean;
}

/**
 * Divides by the root of the mean square over the last dimensions (Zhang and Sennrich 2019, equation 4): a
 * {@linkcode LayerNorm} without mean and bias.
 *
 * Shapes: (*, …normalizedShape). Keys: `weight`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.RMSNorm(8);
 * norm.forward(torch.randn([4, 5, 8])).shape; // [4, 5, 8]
 * ```
 */
export class RMSNorm extends Module {
  /** The sizes of the dimensions that are normalized over. */
  readonly normalizedShape: readonly number[];
  /** Added to the mean square; null for the smallest step from 1 of the input's dtype. */
  readonly eps: number | null;
  /** The scale, or null. */
  readonly weight: Tensor | null = null;

  /**
   * Normalizes over one dimension, or several.
   *
   * @throws {ArgumentError} if a size or an option cannot be used.
   */
  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    super();
    const layer = new.target.name;
    checkKnown(layer, options, ["eps", "elementwiseAffine"], {
      bias: "it has none; LayerNorm has",
    });
    this.eps = options.eps ?? null;
    if (this.eps !== null) checkNumber(layer, "eps", this.eps, 0);
    const shape: readonly number[] = Array.isArray(normalizedShape)
      ? normalizedShape
      : [normalizedShape as number];
    this.normalizedShape = sizes(layer, "normalizedShape", shape, shape.length);
    if (shape.length === 0) {
      throw new ArgumentError(`${layer}: normalizedShape must not be empty.`);
    }
    if (options.elementwiseAffine ?? true) {
      this.weight = this.registerParameter("weight", torch.ones(shape));
    }
  }

  /**
   * Shapes: the input's own.
   *
   * @throws {ShapeError} if the input's last dimensions are others.
   */
  override forward(input: Tensor): Tensor {
    return torch.rmsNorm(input, this.normalizedShape, this.weight, this.eps);
  }

  /** The shape normalized over. */
  protected override describe(): string {
    return shapeText(this.normalizedShape);
  }
}
