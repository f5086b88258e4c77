/**
 * What the instance normalizations have in common.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { allReduce, type ProcessGroup } from "../../torch/distributed/mod.ts";
import { instanceNorm } from "../functional/instance_norm.ts";
import { shapeText } from "../functional/shapes.ts";
import type { InstanceNormOptions } from "./instance_norm_options.ts";
import { sharers } from "../sharers.ts";
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
    const normalized = instanceNorm(input, {
      runningMean: this.runningMean,
      runningVar: this.runningVar,
      weight: this.weight,
      bias: this.bias,
      useInputStats: this.training || this.runningMean === null,
      momentum: this.momentum ?? 0,
      eps: this.eps,
    });
    const group = this.training && this.runningMean !== null ? sharers() ?? null : null;
    if (group !== null) this.#average(group);
    return normalized;
  }

  /** Makes the running statistics those of a batch that several processes share: they are means over its images. */
  #average(group: ProcessGroup): void {
    const running = [this.runningMean!, this.runningVar!];
    torch.noGrad(() =>
      torch.scope(() => {
        const mean = allReduce(torch.stack(running), { op: "sum", group }).div(group.size);
        running.forEach((own, i) => own.copy_(mean.select(0, i)));
      })
    );
  }
}
