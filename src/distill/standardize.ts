/**
 * Teachers' features at mean 0 and standard deviation 1.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import { Module } from "../nn/module.ts";
import { noGrad } from "../torch/backward.ts";
import { ones, zeros } from "../torch/creation.ts";
import { batchNorm } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";

/** What is added to variances, as in batch normalization. */
const epsilon = 1e-5;

/**
 * Standardizes one teacher's features, dimension by dimension. Whether UNIFORM (arXiv 2508.19498)
 * does so is open in the paper's summary.
 *
 * `"batch"` uses the mean and variance of the batch at hand; `"running"` those of all images seen in
 * training so far, this batch included, each image counting the same; they stay as they are in
 * evaluation mode.
 */
export class Standardizer extends Module {
  /** The mean of all features seen (D). */
  readonly mean: Tensor;
  /** The variance of all features seen (D). */
  readonly variance: Tensor;
  /** How many there were. */
  readonly count: Tensor;
  readonly #mode: "batch" | "running";
  readonly #name: string;

  /** `name` is the teacher's, for messages. */
  constructor(featureDim: number, mode: "batch" | "running", name: string) {
    super();
    this.#mode = mode;
    this.#name = name;
    this.mean = this.registerBuffer("mean", zeros([featureDim]));
    this.variance = this.registerBuffer("variance", ones([featureDim]));
    this.count = this.registerBuffer("count", zeros([]));
  }

  /**
   * (B, D) to (B, D).
   *
   * @throws {ShapeError} for a batch of one image in mode `"batch"`, which has no variance.
   */
  override forward(features: Tensor): Tensor {
    const batch = features.shape[0];
    if (this.#mode === "batch") {
      if (batch === 1) {
        throw new ShapeError(
          `The features of teacher "${this.#name}" cannot be standardized by a batch of 1 image: ` +
            `use larger batches (dropLast), or standardize "running".`,
        );
      }
      return batchNorm(features, null, null, null, null, true, 0, epsilon, false);
    }
    if (this.training) this.#see(features, batch);
    const { mean, variance } = this;
    return batchNorm(features, null, null, mean, variance, false, 0, epsilon, false);
  }

  /** Takes a batch into mean and variance (Chan et al.'s way to join two samples' moments). */
  #see(features: Tensor, batch: number): void {
    noGrad(() =>
      scope(() => {
        const [variance, mean] = features.varMean(0, { correction: 0 });
        const weight = this.count.add_(batch).reciprocal().mul_(batch);
        const shift = mean.sub(this.mean);
        this.variance.lerp_(variance, weight);
        this.variance.addcmul_(shift.square(), weight.rsub(1).mul_(weight));
        this.mean.addcmul_(shift, weight);
      })
    );
  }
}
