/**
 * Projections of several teachers of one width, as batched products.
 *
 * @module
 */

import { Module } from "../nn/module.ts";
import type { Tensor } from "../torch/tensor.ts";
import { BatchedLinear } from "./batched_linear.ts";
import { checkChoice } from "./checks.ts";
import type { ProjectionShape } from "./projection.ts";

/**
 * `count` projections side by side, each with weights of its own: what `count` modules `Projection` compute, stacked, as one
 * batched product a layer. Keys: `output.weight` (count, in, out), `output.bias` (count, out), and of MLPs `hidden.weight`,
 * `hidden.bias`.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * using encoders = new distill.ProjectionBank(128, 384, 64, "linear");
 * encoders.forward(torch.randn([128, 4, 384])).shape; // [128, 4, 64]
 * ```
 */
export class ProjectionBank extends Module {
  /** The first of two layers, or null. */
  readonly hidden: BatchedLinear | null;
  /** The only or second layer. */
  readonly output: BatchedLinear;

  /**
   * Makes the layers, with random weights.
   *
   * @throws {ArgumentError} if a size is not a whole number of at least 1, or there is no such shape.
   */
  constructor(
    count: number,
    inputDim: number,
    outputDim: number,
    shape: ProjectionShape = "linear",
  ) {
    super();
    const options = typeof shape === "string" ? { shape } : shape;
    checkChoice(options.shape, ["linear", "mlp"], "A projection's shape");
    const width = options.hidden ?? Math.max(inputDim, outputDim);
    this.hidden = options.shape === "mlp" ? new BatchedLinear(count, inputDim, width) : null;
    this.output = new BatchedLinear(count, this.hidden ? width : inputDim, outputDim);
  }

  /**
   * (n, B, in) to (n, B, out).
   *
   * @param places Which projections, one for each of the n; all in order by default.
   */
  override forward(features: Tensor, places?: Tensor): Tensor {
    const inner = this.hidden ? this.hidden.forward(features, places).relu() : features;
    return this.output.forward(inner, places);
  }
}
