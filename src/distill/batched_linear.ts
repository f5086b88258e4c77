/**
 * Many linear layers of equal widths as one product.
 *
 * @module
 */

import { checkPositive } from "../base/check_whole.ts";
import { Module } from "../nn/module.ts";
import { empty } from "../torch/creation.ts";
import { noGrad } from "../torch/backward.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * `count` fully connected layers side by side: y_i = x_i W_i + b_i, as one batched product. Keys: `weight` (count, in, out),
 * `bias` (count, out): the transposed weights and the biases of `count` layers `nn.Linear`, stacked, with the same distribution
 * of initial values. Transposed, because gradients of a batched product come out in the order of its second factor, and would
 * be copied into the parameter's.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * using layers = new distill.BatchedLinear(3, 8, 2);
 * layers.forward(torch.randn([3, 5, 8])).shape; // [3, 5, 2]
 * ```
 */
export class BatchedLinear extends Module {
  /** The weights, (count, in, out). */
  readonly weight: Tensor;
  /** The biases, (count, out). */
  readonly bias: Tensor;

  /**
   * Makes the layers, with random weights.
   *
   * @throws {ArgumentError} if a size is not a whole number of at least 1.
   */
  constructor(count: number, inputDim: number, outputDim: number) {
    super();
    checkPositive(count, "The number of layers");
    checkPositive(inputDim, "The width of what goes in");
    checkPositive(outputDim, "The width of what comes out");
    this.weight = this.registerParameter("weight", empty([count, inputDim, outputDim]));
    this.bias = this.registerParameter("bias", empty([count, outputDim]));
    const bound = 1 / Math.sqrt(inputDim);
    noGrad(() => {
      this.weight.uniform_(-bound, bound);
      this.bias.uniform_(-bound, bound);
    });
  }

  /**
   * (n, B, in) to (n, B, out).
   *
   * @param places Which layers, one for each of the n; all in order by default.
   */
  override forward(input: Tensor, places?: Tensor): Tensor {
    const weight = places === undefined ? this.weight : this.weight.indexSelect(0, places);
    const bias = places === undefined ? this.bias : this.bias.indexSelect(0, places);
    return bias.unsqueeze(1).baddbmm(input, weight);
  }
}
