/**
 * What the instance normalizations have in common.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { instanceNorm } from "../functional/instance_norm.ts";
import { shapeText } from "../functional/shapes.ts";
import type { InstanceNormOptions } from "./instance_norm_options.ts";
import { TrackedNorm } from "./tracked_norm.ts";

/** What the instance normalizations have in common. */
export abstract class InstanceNorm extends TrackedNorm {
  /** The number of dimensions of a batch. */
  protected abstract readonly dims: number;

  /** @throws {ArgumentError} if the size or an option cannot be used. */
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(numFeatures, options, { affine: false, trackRunningStats: false });
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
}
