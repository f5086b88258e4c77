/**
 * What batch and instance normalizations have in common: what they hold.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize } from "../options.ts";
import type { BatchNormOptions } from "./batch_norm_options.ts";

/** Options that are taken where one is left out. */
type Otherwise = Required<Pick<BatchNormOptions, "affine" | "trackRunningStats">>;

/** A normalization of channels with running statistics, if it keeps some. */
export abstract class TrackedNorm extends Module {
  /** The number of channels. */
  readonly numFeatures: number;
  /** Added to the variance. */
  readonly eps: number;
  /** How far the running statistics move; what null means says the layer's option. */
  readonly momentum: number | null;
  /** The scale, (C), or null. */
  readonly weight: Tensor | null = null;
  /** What is added, (C), or null. */
  readonly bias: Tensor | null = null;
  /** The running mean, (C), or null. */
  readonly runningMean: Tensor | null = null;
  /** The running variance, (C), or null. */
  readonly runningVar: Tensor | null = null;
  /** How many batches the running statistics have seen, int64, or null; instance norms leave it at 0, as PyTorch's do. */
  readonly numBatchesTracked: Tensor | null = null;

  /** @throws {ArgumentError} if the size or an option cannot be used. */
  constructor(numFeatures: number, options: BatchNormOptions, otherwise: Otherwise) {
    super();
    const layer = new.target.name;
    checkSize(layer, "numFeatures", numFeatures);
    checkKnown(layer, options, ["eps", "momentum", "affine", "bias", "trackRunningStats"]);
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    checkNumber(layer, "eps", this.eps, 0);
    if (this.momentum !== null) checkNumber(layer, "momentum", this.momentum, 0, 1);
    if (options.affine ?? otherwise.affine) {
      this.weight = this.registerParameter("weight", torch.ones([numFeatures]));
      if (options.bias ?? true) {
        this.bias = this.registerParameter("bias", torch.zeros([numFeatures]));
      }
    }
    if (options.trackRunningStats ?? otherwise.trackRunningStats) {
      this.runningMean = this.registerBuffer("running_mean", torch.zeros([numFeatures]));
      this.runningVar = this.registerBuffer("running_var", torch.ones([numFeatures]));
      const count = torch.zeros([], { dtype: "int64" });
      // State dicts from before PyTorch 0.4.1 do not have it.
      this.numBatchesTracked = this.registerBuffer("num_batches_tracked", count, {
        optional: true,
      });
    }
  }

  /** The number of channels. */
  protected override describe(): string {
    return `${this.numFeatures}`;
  }
}
