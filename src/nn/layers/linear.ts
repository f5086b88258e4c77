/**
 * Fully connected layers.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { checkKnown, checkSize, checkWeight } from "../options.ts";
import { initBias } from "./init_bias.ts";

/**
 * A fully connected layer: y = x Wᵀ + b, over the last dimension.
 *
 * Shapes: (*, inFeatures) to (*, outFeatures). Keys: `weight` (out, in), `bias` (out).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.Linear(3, 2);
 * layer.forward(torch.randn([5, 3])).shape; // [5, 2]
 * ```
 */
export class Linear extends Module {
  /** The size of the last dimension of the input. */
  readonly inFeatures: number;
  /** The size of the last dimension of the output. */
  readonly outFeatures: number;
  /** The weight, (out, in). */
  readonly weight: Tensor;
  /** The bias, (out), or null. */
  readonly bias: Tensor | null;

  /**
   * A layer with PyTorch's initial weights: both uniform within 1 / sqrt(inFeatures).
   *
   * @throws {ArgumentError} if a size is not a whole number of at least 1, the weight does not fit this machine,
   * or there is no such option.
   */
  constructor(inFeatures: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super();
    checkSize("Linear", "inFeatures", inFeatures);
    checkSize("Linear", "outFeatures", outFeatures);
    checkKnown("Linear", options, ["bias"]);
    const shape = checkWeight("Linear", [outFeatures, inFeatures]);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = this.registerParameter("weight", torch.empty(shape));
    this.bias = options.bias ?? true
      ? this.registerParameter("bias", torch.empty([outFeatures]))
      : null;
    init.kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias) initBias(this.bias, this.weight);
  }

  /** Shapes: (*, inFeatures) to (*, outFeatures). */
  override forward(input: Tensor): Tensor {
    return torch.linear(input, this.weight, this.bias);
  }

  /** The sizes. */
  protected override describe(): string {
    return `${this.inFeatures}, ${this.outFeatures}${this.bias ? "" : ", bias: false"}`;
  }
}
