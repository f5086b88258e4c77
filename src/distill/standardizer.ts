/**
 * Features of several teachers of one width at mean 0 and standard deviation 1.
 *
 * @module
 */

import { ArgumentError, ShapeError, TrainingError } from "../base/errors.ts";
import { Module } from "../nn/module.ts";
import { noGrad } from "../torch/backward.ts";
import { ones, tensor, zeros } from "../torch/creation.ts";
import { sharers } from "../nn/sharers.ts";
import type { ProcessGroup } from "../torch/distributed/mod.ts";
import { linalgEigh, stack } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import { inFullPrecision } from "../torch/full_precision.ts";
import { evenRotation } from "./hadamard.ts";
import { Moments, type Spreads } from "./moments.ts";
import { varMeanOver } from "./processes.ts";
import type { Standardization } from "./standardization.ts";
import type { WidthGroup } from "./width_groups.ts";

/** What is added to variances of a batch or of images so far, as in batch normalization. */
const epsilon = 1e-5;
/** Dimensions that hardly vary are not blown up: the least variance, as a part of the teacher's mean variance. */
const leastShare = 1e-6;

/**
 * Standardizes the features of n teachers of one width D, each by its own statistics: see `Standardization`. Those of a batch
 * that processes share are of all its images.
 */
export class Standardizer extends Module {
  /** The means (n, 1, D). */
  readonly mean: Tensor;
  /** What centered features are multiplied by: (n, 1, D), or of `"phis"` matrices (n, D, D). */
  readonly scale: Tensor;
  /** How many images were seen of each teacher (n); -1 if none of them was heard when all images were shown. */
  readonly count: Tensor;
  readonly #mode: Exclude<Standardization, "none">;
  readonly #group: WidthGroup;
  readonly #moments: Moments;

  /** Has statistics of nothing yet. */
  constructor(group: WidthGroup, mode: Exclude<Standardization, "none">) {
    super();
    const { width, names: { length: n } } = group;
    this.#group = group;
    this.#mode = mode;
    this.#moments = new Moments(n, mode === "phis");
    this.mean = this.registerBuffer("mean", zeros([n, 1, width]));
    this.scale = this.registerBuffer("scale", ones([n, mode === "phis" ? width : 1, width]));
    this.count = this.registerBuffer("count", zeros([n]));
  }

  /** Whether statistics of all training images are wanted, and not there yet. Waits for the device. */
  get wanting(): boolean {
    if (this.#mode !== "dataset" && this.#mode !== "phis") return false;
    return scope(() => this.count.sum().item() === 0);
  }

  /** Forgets what was observed and not settled. */
  begin(): void {
    this.#moments[Symbol.dispose]();
  }

  /** Takes features (n, B, D) of those at `places` into the statistics of all training images. */
  observe(features: Tensor, places: readonly number[]): void {
    this.#moments.add(features, places);
  }

  /** Takes in what all processes have observed. */
  join(group: ProcessGroup): void {
    this.#moments.join(group, this.#group.width, this.mean.device);
  }

  /** All training images were seen. */
  settle(): void {
    noGrad(() =>
      scope(() => {
        // All were left out before the first images: there is nobody to wait for.
        if (this.#moments.isEmpty) return void this.count.fill_(-1);
        const spreads = this.#moments.spreads();
        this.mean.copy_(spreads.mean);
        this.count.copy_(tensor([...this.#moments.counts]));
        this.scale.copy_(this.#mode === "phis" ? isotropic(spreads) : reciprocal(spreads));
      })
    );
    this.#moments[Symbol.dispose]();
  }

  /**
   * (n, B, D) to (n, B, D), in place.
   *
   * @param places Which teachers these are, where not all; one by its number.
   * @throws {ShapeError} for a batch of one image in mode `"batch"`, which has no variance.
   * @throws {TrainingError} if statistics of all training images are wanted and were not taken.
   */
  override forward(features: Tensor, places?: Tensor | number): Tensor {
    if (this.#mode === "batch") return this.#byBatch(features);
    if (this.#mode === "running" && this.training) this.#see(features, places);
    const of = (statistics: Tensor) => rowsAt(statistics, places);
    if (this.#mode === "running") {
      return features.sub_(of(this.mean)).div_(of(this.scale).add(epsilon).sqrt_());
    }
    const centered = features.sub_(of(this.mean));
    if (this.#mode === "dataset") return centered.mul_(of(this.scale));
    return inFullPrecision(features.device, () => centered.bmm(of(this.scale).transpose(1, 2)));
  }

  /**
   * What {@linkcode Standardizer.forward} made of one teacher's features (rows, D), as they were.
   *
   * @param place Which teacher's.
   * @throws {ArgumentError} in mode `"batch"`.
   */
  restore(features: Tensor, place: number): Tensor {
    if (this.#mode === "batch") {
      throw new ArgumentError(
        'Features that are standardized by their batch cannot be had back: standardize by "dataset" or "running".',
      );
    }
    const [mean, scale] = [this.mean.select(0, place), this.scale.select(0, place)];
    if (this.#mode === "running") return features.mul(scale.add(epsilon).sqrt()).add(mean);
    if (this.#mode === "dataset") return features.div(scale).add(mean);
    // A rotation R times a number φ⁻¹: φ⁻² is the mean of its rows' squares, the inverse is Rᵀ φ.
    const square = scale.square().sum().div(scale.size(0));
    return features.matmul(scale).div(square).add(mean);
  }

  /** Refuses to go on without statistics. */
  check(): void {
    if (!this.wanting) return;
    throw new TrainingError(
      `The features of ${
        this.#group.names.map((name) => `"${name}"`).join(", ")
      } are standardized by statistics of all training images, which were not taken yet: await method.prepare(batches) ` +
        `before the first step (train.fit does), or set standardize to "running".`,
    );
  }

  #byBatch(features: Tensor): Tensor {
    const group = sharers() ?? null;
    if (features.size(1) === 1 && group === null) {
      throw new ShapeError(
        `The features of teacher "${
          this.#group.names[0]
        }" cannot be standardized by a batch of 1 image: ` +
          `use larger batches (dropLast), or standardize by "dataset" or "running".`,
      );
    }
    const [variance, mean] = varMeanOver(features, group);
    return features.sub_(mean).div_(variance.add(epsilon).sqrt_());
  }

  /** Takes a batch into mean and variance (Chan et al.'s way to join two samples' moments). */
  #see(features: Tensor, places: Tensor | number | undefined): void {
    noGrad(() =>
      scope(() => {
        const group = sharers() ?? null;
        const [variance, mean] = varMeanOver(features, group);
        const seen = features.size(1) * (group?.size ?? 1);
        const [oldMean, oldVariance, oldCount] = [this.mean, this.scale, this.count].map((all) =>
          rowsAt(all, places)
        );
        const count = oldCount.add(seen);
        const weight = count.reciprocal().mul_(seen).reshape([-1, 1, 1]);
        // The variance that stands there before anything was seen has weight 1 - 1 = 0.
        const shift = mean.sub(oldMean);
        const joined = oldVariance.lerp(variance, weight)
          .addcmul_(shift.square(), weight.rsub(1).mul_(weight));
        const moved = oldMean.addcmul(shift, weight);
        const put = (all: Tensor, part: Tensor) =>
          places instanceof Tensor
            ? all.indexCopy_(0, places, part)
            : rowsAt(all, places).copy_(part);
        put(this.mean, moved);
        put(this.scale, joined);
        put(this.count, count);
      })
    );
  }

  /** Frees buffers and sums. */
  override dispose(): void {
    this.#moments[Symbol.dispose]();
    super.dispose();
  }
}

/** The rows of some teachers, of all by default; of one they are in the same memory. */
function rowsAt(all: Tensor, places: Tensor | number | undefined): Tensor {
  if (places === undefined) return all;
  return typeof places === "number" ? all.narrow(0, places, 1) : all.indexSelect(0, places);
}

/** 1 / deviation (n, 1, D). */
function reciprocal({ spread }: Spreads): Tensor {
  const least = spread.mean(2, true).mul_(leastShare);
  // Where nothing varies at all, features are only centered.
  const bounded = spread.maximum(least);
  return bounded.maskedFill_(bounded.eq(0), 1).rsqrt_();
}

/** PHI-S (n, D, D): φ⁻¹ R Uᵀ with the covariance U Λ Uᵀ, R an even rotation of Λ, φ² = mean Λ. */
function isotropic({ spread }: Spreads): Tensor {
  const matrices: Tensor[] = [];
  for (let i = 0; i < spread.size(0); i++) {
    const [values, vectors] = linalgEigh(spread.select(0, i));
    const { device } = spread;
    const width = values.size(0);
    const phi = Math.sqrt(Math.max(0, values.mean().item())) || 1;
    const rotation = tensor(Array.from(evenRotation(values.toArray() as number[])), {
      dtype: "float64",
      device,
    }).reshape([width, width]);
    matrices.push(rotation.matmul(vectors.t()).div(phi));
  }
  return stack(matrices);
}
