/**
 * Accuracy: overall, by class, by data set.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** A data set within a joint label space: its name and its classes, `to` not included. */
export interface ClassRange {
  /** The data set's name. */
  name: string;
  /** Its first class. */
  from: number;
  /** The class after its last. */
  to: number;
}

/** How often predictions are right; all as shares from 0 to 1. */
export interface Accuracy {
  /** Over all images. */
  overall: number;
  /** For each class; NaN where there was no image of it. */
  byClass: number[];
  /** The mean over the classes that had images. */
  meanByClass: number;
  /** For each data set, by name. */
  byDataset: Record<string, number>;
  /** The mean over data sets. */
  meanByDataset: number;
  /** The number of images. */
  count: number;
}

/** Counts right predictions batch by batch. */
export class AccuracyCounter {
  readonly #right: Float64Array;
  readonly #seen: Float64Array;

  /** For `numClasses` classes. */
  constructor(numClasses: number) {
    if (!Number.isInteger(numClasses) || numClasses < 1) {
      throw new ArgumentError(
        `The number of classes is a whole number above 0, got ${numClasses}.`,
      );
    }
    this.#right = new Float64Array(numClasses);
    this.#seen = new Float64Array(numClasses);
  }

  /** Counts a batch: scores (B, C), of which the largest is the prediction, and classes (B). */
  add(scores: Tensor, labels: Tensor): void {
    const [rows, classes] = scores.shape;
    if (scores.ndim !== 2 || classes !== this.#seen.length || labels.shape[0] !== rows) {
      throw new ShapeError(
        `Accuracy over ${this.#seen.length} classes needs scores (B, ${this.#seen.length}) and labels (B), ` +
          `got [${scores.shape.join(", ")}] and [${labels.shape.join(", ")}].`,
      );
    }
    using _ = torch.scope();
    const predicted = scores.argmax(1).data() as BigInt64Array;
    const wanted = labels.long().data() as BigInt64Array;
    for (let i = 0; i < rows; i++) {
      const label = Number(wanted[i]);
      this.#seen[label]++;
      if (predicted[i] === wanted[i]) this.#right[label]++;
    }
  }

  /** The accuracy so far; `datasets` divides the classes, one data set of all of them by default. */
  result(datasets?: readonly ClassRange[]): Accuracy {
    const sum = (values: Float64Array, from = 0, to = values.length) =>
      values.subarray(from, to).reduce((a, b) => a + b, 0);
    const byClass = Array.from(this.#seen, (n, i) => this.#right[i] / n);
    const known = byClass.filter((share) => !Number.isNaN(share));
    const byDataset = Object.fromEntries(
      (datasets ?? [{ name: "all", from: 0, to: byClass.length }]).map(({ name, from, to }) => [
        name,
        sum(this.#right, from, to) / sum(this.#seen, from, to),
      ]),
    );
    const shares = Object.values(byDataset);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    return {
      overall: sum(this.#right) / sum(this.#seen),
      byClass,
      meanByClass: mean(known),
      byDataset,
      meanByDataset: mean(shares),
      count: sum(this.#seen),
    };
  }
}
