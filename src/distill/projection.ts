/**
 * Encoders, decoders and adapters: small trained maps between feature spaces.
 *
 * @module
 */

import { checkPositive } from "../base/check_whole.ts";
import { Linear } from "../nn/layers/linear.ts";
import { Module } from "../nn/module.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkChoice } from "./checks.ts";

/** How a projection is built; the papers' summaries leave it open. */
export interface ProjectionOptions {
  /** `"linear"`: one layer; `"mlp"`: two, with a ReLU between. */
  shape: "linear" | "mlp";
  /** The width between the two layers of an MLP; the larger of its input and output by default (ours). */
  hidden?: number | null;
}

/** A projection's shape by its name, or in full. */
export type ProjectionShape = ProjectionOptions["shape"] | ProjectionOptions;

/**
 * A trained map of features (B, inputDim) to (B, outputDim), with PyTorch's initial weights: the
 * encoders fᵢᵉ and decoders fᵢᵈ of UNIFORM (arXiv 2508.19498, step 1), the projections of CustomKD
 * (arXiv 2503.18244). Keys: `output.weight`, `output.bias`, and of an MLP `hidden.weight`, `hidden.bias`.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * using encoder = new distill.Projection(384, 64, "mlp");
 * encoder.forward(torch.rand([8, 384])).shape; // [8, 64]
 * ```
 */
export class Projection extends Module {
  /** The first of two layers, or null. */
  readonly hidden: Linear | null;
  /** The only or second layer. */
  readonly output: Linear;

  /**
   * Makes the layers, with random weights.
   *
   * @throws {ArgumentError} if a width is not a whole number of at least 1, or there is no such shape.
   */
  constructor(inputDim: number, outputDim: number, shape: ProjectionShape = "linear") {
    super();
    const options = typeof shape === "string" ? { shape } : shape;
    checkChoice(options.shape, ["linear", "mlp"], "A projection's shape");
    const width = options.hidden ?? Math.max(inputDim, outputDim);
    checkPositive(width, "A projection's hidden width");
    this.hidden = options.shape === "mlp" ? new Linear(inputDim, width) : null;
    this.output = new Linear(this.hidden ? width : inputDim, outputDim);
  }

  /** (B, inputDim) to (B, outputDim). */
  override forward(features: Tensor): Tensor {
    const inner = this.hidden ? this.hidden.forward(features).relu() : features;
    return this.output.forward(inner);
  }
}
