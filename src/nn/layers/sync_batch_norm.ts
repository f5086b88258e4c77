/**
 * Batch normalization over the batches of several processes.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { ProcessGroup } from "../../torch/distributed/mod.ts";
import { Module } from "../module.ts";
import { peers, sharers } from "../sharers.ts";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from "./batch_norm.ts";
import { BatchNorm } from "./batch_norm_base.ts";
import type { BatchNormOptions } from "./batch_norm_options.ts";

/** The layers that are converted; one that extends them has code of its own. */
const CONVERTED: readonly object[] = [
  BatchNorm1d.prototype,
  BatchNorm2d.prototype,
  BatchNorm3d.prototype,
];

/** The processes of layers that were given some: a converted layer was made without. */
const groups = new WeakMap<object, ProcessGroup>();

/** Options of {@linkcode SyncBatchNorm}. */
export interface SyncBatchNormOptions extends BatchNormOptions {
  /** The processes whose batches are normalized as one; all that train together by default. */
  processGroup?: ProcessGroup;
}

/**
 * Batch normalization over what all processes see (Ioffe and Szegedy 2015): in training, mean and variance are those of all
 * processes' batches together, and so are gradients and running statistics. One process computes what {@linkcode BatchNorm2d}
 * and its like compute, on any device. State dicts are the same.
 *
 * A batch norm of any class does so in `distill.Method.step` with a batch that processes share, and none does with a whole one
 * (`withSharers`): models need not be converted for `train.fit`. This layer is for loops of one's own, where each process has
 * a batch of its own.
 *
 * Shapes: (B, C, *). Keys: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.SyncBatchNorm(8);
 * norm.forward(torch.randn([4, 8, 5, 5])).shape; // [4, 8, 5, 5]
 * ```
 */
export class SyncBatchNorm extends BatchNorm {
  /** @throws {ArgumentError} if the size or an option cannot be used. */
  constructor(numFeatures: number, options: SyncBatchNormOptions = {}) {
    const { processGroup, ...rest } = options;
    super(numFeatures, rest);
    if (processGroup !== undefined) groups.set(this, processGroup);
  }

  /** From 2 on. */
  protected override get dims(): readonly [number, number] {
    return [2, Infinity];
  }

  /** The processes whose batches are normalized as one: those that it was given, or that share the batch, or all. */
  protected override together(): ProcessGroup | null {
    const present = sharers();
    if (present === null) return null;
    const own = groups.get(this);
    if (own !== undefined) return own.size > 1 && this.training ? own : null;
    return present ?? (this.training ? peers() : null);
  }

  /**
   * Makes every {@linkcode BatchNorm1d}, {@linkcode BatchNorm2d} and {@linkcode BatchNorm3d} of a module a
   * `SyncBatchNorm`, and returns the module. The layers stay the objects that they are, with their weights, statistics
   * and modes, so that nothing else that refers to them has to change; a class that extends one of them is left alone.
   *
   * @param processGroup The processes whose batches are normalized as one; all that train together by default.
   * @throws {ArgumentError} if it is given no module.
   *
   * @example
   * ```ts
   * import { nn } from "@apprentice/distill";
   *
   * using model = new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.BatchNorm2d(8));
   * nn.SyncBatchNorm.convertSyncBatchnorm(model).at(1) instanceof nn.SyncBatchNorm; // true
   * ```
   */
  static convertSyncBatchnorm<M extends Module>(module: M, processGroup?: ProcessGroup): M {
    if (!(module instanceof Module)) {
      throw new ArgumentError(
        `SyncBatchNorm.convertSyncBatchnorm takes a module, got ${
          module === null ? "null" : typeof module
        }.`,
      );
    }
    for (const part of module.modules()) {
      // The classes differ in what they compute with, not in what they hold.
      if (!CONVERTED.includes(Object.getPrototypeOf(part))) continue;
      Object.setPrototypeOf(part, SyncBatchNorm.prototype);
      if (processGroup !== undefined) groups.set(part, processGroup);
    }
    return module;
  }
}
