/**
 * What the batch normalizations have in common.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkBatch } from "../functional/check_batch.ts";
import { shapeText } from "../functional/shapes.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize } from "../options.ts";
import type { BatchNormOptions } from "./batch_norm_options.ts";

/** What the batch norms share. */
export abstract class BatchNorm extends Module {
  /** The number of channels. */
  readonly numFeatures: number;
  /** Added to the variance. */
  readonly eps: number;
  /** How far the running statistics move; null for their plain mean. */
  readonly momentum: number | null;
  /** The scale, (C), or null. */
  readonly weight: Tensor | null = null;
  /** What is added, (C), or null. */
  readonly bias: Tensor | null = null;
  /** The running mean, (C), or null. */
  readonly runningMean: Tensor | null = null;
  /** The running variance, (C), or null. */
  readonly runningVar: Tensor | null = null;
  /** How many batches the running statistics have seen, int64. */
  readonly numBatchesTracked: Tensor | null = null;
  /** The least and the largest number of dimensions that an input may have. */
  protected abstract readonly dims: readonly [least: number, most: number];

  /** @throws {ArgumentError} if the size or an option cannot be used. */
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super();
    const layer = new.target.name;
    checkSize(layer, "numFeatures", numFeatures);
    checkKnown(layer, options, ["eps", "momentum", "affine", "bias", "trackRunningStats"]);
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    checkNumber(layer, "eps", this.eps, 0);
    if (this.momentum !== null) checkNumber(layer, "momentum", this.momentum, 0, 1);
    if (options.affine ?? true) {
      this.weight = this.registerParameter("weight", torch.ones([numFeatures]));
      if (options.bias ?? true) {
        this.bias = this.registerParameter("bias", torch.zeros([numFeatures]));
      }
    }
    if (options.trackRunningStats ?? true) {
      this.runningMean = this.registerBuffer("running_mean", torch.zeros([numFeatures]));
      this.runningVar = this.registerBuffer("running_var", torch.ones([numFeatures]));
      const count = torch.zeros([], { dtype: "int64" });
      // State dicts from before PyTorch 0.4.1 do not have it.
      this.numBatchesTracked = this.registerBuffer("num_batches_tracked", count, {
        optional: true,
      });
    }
  }

  /**
   * Shapes: the input's own.
   *
   * @throws {ShapeError} if the input has other dimensions, or one value a channel to train on. (None is no error: an
   * empty batch leaves the running statistics as they are.)
   */
  override forward(input: Tensor): Tensor {
    const shape = input.shape;
    const [least, most] = this.dims;
    if (shape.length < least || shape.length > most || shape[1] !== this.numFeatures) {
      const counts = most === Infinity
        ? `at least ${least}`
        : least === most
        ? least
        : `${least} or ${most}`;
      throw new ShapeError(
        `${this} takes an input of ${counts} dimensions with ${this.numFeatures} channels, got ${
          shapeText(shape)
        }.`,
      );
    }
    const learns = this.updatesStatistics;
    const batch = learns || this.runningMean === null;
    let momentum = this.momentum ?? 0;
    if (batch) checkBatch(this.constructor.name, shape);
    if (learns && this.numBatchesTracked !== null) {
      this.numBatchesTracked.add_(1);
      if (this.momentum === null) momentum = 1 / this.numBatchesTracked.item();
    }
    return torch.batchNorm(
      input,
      this.weight,
      this.bias,
      this.runningMean,
      this.runningVar,
      batch,
      momentum,
      this.eps,
      true,
    );
  }

  /** The number of channels. */
  protected override describe(): string {
    return `${this.numFeatures}`;
  }
}
