/**
 * What the instance normalizations have in common.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { instanceNorm } from "../functional/instance_norm.ts";
import { shapeText } from "../functional/shapes.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize } from "../options.ts";
import type { InstanceNormOptions } from "./instance_norm_options.ts";

/** What the instance normalizations have in common. */
export abstract class InstanceNorm extends Module {
  /** The number of channels. */
  readonly numFeatures: number;
  /** Added to the variance. */
  readonly eps: number;
  /** How far the running statistics move; null: not at all. */
  readonly momentum: number | null;
  /** The scale, (C), or null. */
  readonly weight: Tensor | null = null;
  /** What is added, (C), or null. */
  readonly bias: Tensor | null = null;
  /** The running mean, (C), or null. */
  readonly runningMean: Tensor | null = null;
  /** The running variance, (C), or null. */
  readonly runningVar: Tensor | null = null;
  /** Always 0, int64, or null: PyTorch's state dicts have it. */
  readonly numBatchesTracked: Tensor | null = null;
  /** The number of dimensions of a batch. */
  protected abstract readonly dims: number;

  /** @throws {ArgumentError} if the size or an option cannot be used. */
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super();
    const layer = new.target.name;
    checkSize(layer, "numFeatures", numFeatures);
    checkKnown(layer, options, ["eps", "momentum", "affine", "bias", "trackRunningStats"]);
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    checkNumber(layer, "eps", this.eps, 0);
    if (this.momentum !== null) checkNumber(layer, "momentum", this.momentum, 0, 1);
    if (options.affine ?? false) {
      this.weight = this.registerParameter("weight", torch.ones([numFeatures]));
      if (options.bias ?? true) {
        this.bias = this.registerParameter("bias", torch.zeros([numFeatures]));
      }
    }
    if (options.trackRunningStats ?? false) {
      this.runningMean = this.registerBuffer("running_mean", torch.zeros([numFeatures]));
      this.runningVar = this.registerBuffer("running_var", torch.ones([numFeatures]));
      const count = torch.zeros([], { dtype: "int64" });
      this.numBatchesTracked = this.registerBuffer("num_batches_tracked", count, {
        optional: true,
      });
    }
  }

  /**
   * Shapes: the input's own; the batch may be missing.
   *
   * @throws {ShapeError} if the input has other dimensions or channels, or a channel of one value to train on.
   */
  override forward(input: Tensor): Tensor {
    const shape = input.shape;
    const single = shape.length === this.dims - 1;
    if (!single && shape.length !== this.dims || shape.at(1 - this.dims) !== this.numFeatures) {
      throw new ShapeError(
        `${this} takes an input of ${
          this.dims - 1
        } or ${this.dims} dimensions with ${this.numFeatures} ` +
          `channels, got ${shapeText(shape)}.`,
      );
    }
    if (!single) return this.#normalize(input);
    using batch = input.unsqueeze(0);
    using normalized = this.#normalize(batch);
    return normalized.squeeze(0);
  }

  #normalize(input: Tensor): Tensor {
    return instanceNorm(input, {
      runningMean: this.runningMean,
      runningVar: this.runningVar,
      weight: this.weight,
      bias: this.bias,
      useInputStats: this.training || this.runningMean === null,
      momentum: this.momentum ?? 0,
      eps: this.eps,
    });
  }

  /** The number of channels. */
  protected override describe(): string {
    return `${this.numFeatures}`;
  }
}
