/**
 * What the batch normalizations have in common.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { ProcessGroup } from "../../torch/distributed/mod.ts";
import { checkBatch } from "../functional/check_batch.ts";
import { jointBatchNorm } from "../functional/joint_batch_norm.ts";
import { shapeText } from "../functional/shapes.ts";
import type { BatchNormOptions } from "./batch_norm_options.ts";
import { sharers } from "../sharers.ts";
import { TrackedNorm } from "./tracked_norm.ts";

/** What the batch norms share. */
export abstract class BatchNorm extends TrackedNorm {
  /** The least and the largest number of dimensions that an input may have. */
  protected abstract readonly dims: readonly [least: number, most: number];

  /** @throws {ArgumentError} if the size or an option cannot be used. */
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(numFeatures, options, { affine: true, trackRunningStats: true });
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
    const group = batch ? this.together() : null;
    // What all processes have together is more than one value.
    if (batch && group === null) checkBatch(this.constructor.name, shape);
    if (learns && this.numBatchesTracked !== null) {
      this.numBatchesTracked.add_(1);
      if (this.momentum === null) momentum = 1 / this.numBatchesTracked.item();
    }
    if (group !== null) {
      return jointBatchNorm(input, {
        weight: this.weight,
        bias: this.bias,
        runningMean: learns ? this.runningMean : null,
        runningVar: learns ? this.runningVar : null,
        momentum,
        eps: this.eps,
        group,
      });
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

  /** The processes whose batches are normalized as one: those that share the batch at hand. */
  protected together(): ProcessGroup | null {
    return sharers() ?? null;
  }
}
