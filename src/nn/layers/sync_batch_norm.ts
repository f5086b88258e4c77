/**
 * Batch normalization over the batches of several processes.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { Module } from "../module.ts";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from "./batch_norm.ts";
import { BatchNorm } from "./batch_norm_base.ts";

/** The layers that are converted; one that extends them has code of its own. */
const CONVERTED: readonly object[] = [
  BatchNorm1d.prototype,
  BatchNorm2d.prototype,
  BatchNorm3d.prototype,
];

/**
 * Batch normalization over what all processes see (Ioffe and Szegedy 2015). There is one process at present: this
 * layer computes what {@linkcode BatchNorm2d} and its like compute, on any device. State dicts are the same.
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
  /** From 2 on. */
  protected override get dims(): readonly [number, number] {
    return [2, Infinity];
  }

  /**
   * Makes every {@linkcode BatchNorm1d}, {@linkcode BatchNorm2d} and {@linkcode BatchNorm3d} of a module a
   * `SyncBatchNorm`, and returns the module. The layers stay the objects that they are, with their weights, statistics
   * and modes, so that nothing else that refers to them has to change; a class that extends one of them is left alone.
   *
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
  static convertSyncBatchnorm<M extends Module>(module: M): M {
    if (!(module instanceof Module)) {
      throw new ArgumentError(
        `SyncBatchNorm.convertSyncBatchnorm takes a module, got ${
          module === null ? "null" : typeof module
        }.`,
      );
    }
    for (const part of module.modules()) {
      // The classes differ in what they compute with, not in what they hold.
      if (CONVERTED.includes(Object.getPrototypeOf(part))) {
        Object.setPrototypeOf(part, SyncBatchNorm.prototype);
      }
    }
    return module;
  }
}
