/**
 * Layer normalization.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { shapeText } from "../functional/shapes.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, sizes } from "../options.ts";

/** Options of {@linkcode LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether there are a weight and a bias; true by default. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
}

/**
 * Layer normalization (Ba et al. 2016) over the last dimensions.
 *
 * Shapes: (*, …normalizedShape). Keys: `weight`, `bias`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.LayerNorm(8);
 * norm.forward(torch.randn([4, 5, 8])).shape; // [4, 5, 8]
 * ```
 */
export class LayerNorm extends Module {
  /** The sizes of the dimensions that are normalized over. */
  readonly normalizedShape: readonly number[];
  /** Added to the variance. */
  readonly eps: number;
  /** The scale, or null. */
  readonly weight: Tensor | null = null;
  /** What is added, or null. */
  readonly bias: Tensor | null = null;

  /**
   * Normalizes over one dimension, or several.
   *
   * @throws {ArgumentError} if a size or an option cannot be used.
   */
  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const layer = new.target.name;
    checkKnown(layer, options, ["eps", "elementwiseAffine", "bias"]);
    checkNumber(layer, "eps", options.eps ?? 1e-5, 0);
    const shape: readonly number[] = Array.isArray(normalizedShape)
      ? normalizedShape
      : [normalizedShape as number];
    this.normalizedShape = sizes("LayerNorm", "normalizedShape", shape, shape.length);
    if (shape.length === 0) {
      throw new ArgumentError("LayerNorm: normalizedShape must not be empty.");
    }
    this.eps = options.eps ?? 1e-5;
    if (options.elementwiseAffine ?? true) {
      this.weight = this.registerParameter("weight", torch.ones(shape));
      if (options.bias ?? true) this.bias = this.registerParameter("bias", torch.zeros(shape));
    }
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return torch.layerNorm(input, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  /** The shape normalized over. */
  protected override describe(): string {
    return shapeText(this.normalizedShape);
  }
}
