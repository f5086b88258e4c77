/**
 * Sums from which mean, variance and covariance of features come.
 *
 * @module
 */

import { tensor, zeros } from "../torch/creation.ts";
import type { Device } from "../torch/device.ts";
import { allReduce, type ProcessGroup } from "../torch/distributed/mod.ts";
import { cat } from "../torch/operators.gen.ts";
import { keep, scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";

/** Mean and spread of the features of n teachers of one width. */
export interface Spreads {
  /** (n, 1, D), float64. */
  readonly mean: Tensor;
  /** The variances (n, 1, D), or the covariances (n, D, D); float64. */
  readonly spread: Tensor;
}

/**
 * The first two moments of the features of n teachers of one width D, summed in float64 about the first batch's means, so
 * that nothing that float32 features have is lost.
 */
export class Moments implements Disposable {
  readonly #whole: boolean;
  readonly #counts: number[];
  #shift: Tensor | null = null;
  #sum: Tensor | null = null;
  #square: Tensor | null = null;

  /** `whole` is for covariances, which take D² numbers a teacher. */
  constructor(count: number, whole: boolean) {
    this.#whole = whole;
    this.#counts = new Array(count).fill(0);
  }

  /** How many images were seen of each teacher. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  /** Whether anything was seen. */
  get isEmpty(): boolean {
    return this.#counts.every((count) => count === 0);
  }

  /** Takes features (n, B, D) in; `places` are those that these are of, all by default. */
  add(features: Tensor, places: readonly number[]): void {
    this.#begin(features.size(2), features.device);
    // One teacher after the other: float64 is twice as large as all of them.
    for (const [i, place] of places.entries()) {
      scope(() => this.#addOne(features.select(0, i), place));
    }
  }

  #begin(width: number, device: Device): void {
    if (this.#shift !== null) return;
    const n = this.#counts.length;
    const make = (shape: number[]) => keep(zeros(shape, { dtype: "float64", device }));
    this.#shift = make([n, 1, width]);
    this.#sum = make([n, 1, width]);
    this.#square = make([n, this.#whole ? width : 1, width]);
  }

  #addOne(features: Tensor, place: number): void {
    const rows = features.to("float64");
    const shift = this.#shift!.select(0, place);
    if (this.#counts[place] === 0) shift.copy_(rows.mean(0, true));
    const centered = rows.sub(shift);
    this.#sum!.select(0, place).add_(centered.sum(0, true));
    this.#square!.select(0, place).add_(
      this.#whole ? centered.t().matmul(centered) : centered.square().sum(0, true),
    );
    this.#counts[place] += features.size(0);
  }

  /**
   * Adds up what all processes have seen, so that each has all of it: first the sums, then squares about the mean of all.
   *
   * @param width D, for a process that has seen nothing.
   */
  join(group: ProcessGroup, width: number, device: Device): void {
    this.#begin(width, device);
    const [shift, sum, square] = [this.#shift!, this.#sum!, this.#square!];
    scope(() => {
      const n = this.#counts.length;
      const own = tensor([...this.#counts], { dtype: "float64", device });
      const totals = shift.mul(own.reshape([n, 1, 1])).add(sum);
      const all = allReduce(cat([own, totals.flatten()]), { op: "sum", group });
      const counts = all.narrow(0, 0, n);
      const means = all.narrow(0, n, n * width).reshape([n, 1, width])
        .div(counts.clampMin(1).reshape([n, 1, 1]));
      for (let i = 0; i < n; i++) {
        scope(() => {
          const [by, rest] = [shift, sum].map((part) => part.select(0, i));
          by.sub_(means.select(0, i));
          // Σ (x + b)² = Σ x² + 2 b Σ x + n b².
          const crossed = this.#whole ? by.t().matmul(rest) : by.mul(rest);
          const constant = this.#whole ? by.t().matmul(by) : by.square();
          square.select(0, i).add_(crossed)
            .add_(this.#whole ? crossed.t() : crossed)
            .add_(constant, { alpha: this.#counts[i] });
        });
      }
      allReduce(square, { op: "sum", group });
      shift.copy_(means);
      sum.zero_();
      (counts.toArray() as number[]).forEach((count, i) => this.#counts[i] = count);
    });
  }

  /** What was seen; of a teacher that never was, mean 0 and no spread. */
  spreads(): Spreads {
    return scope(() => {
      const counts = this.#counts.map((count) => Math.max(1, count));
      const means = counts.map((count, i) => this.#sum!.select(0, i).div(count));
      const mean = this.#shift!.clone();
      const spread = this.#square!.clone();
      for (const [i, own] of means.entries()) {
        mean.select(0, i).add_(own);
        const excess = this.#whole ? own.t().matmul(own) : own.square();
        spread.select(0, i).div_(counts[i]).sub_(excess);
      }
      if (!this.#whole) spread.clampMin_(0);
      return { mean, spread };
    });
  }

  /** Frees the sums. */
  [Symbol.dispose](): void {
    for (const part of [this.#shift, this.#sum, this.#square]) part?.dispose();
    this.#shift = this.#sum = this.#square = null;
    this.#counts.fill(0);
  }
}
