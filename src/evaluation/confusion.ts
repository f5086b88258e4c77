/**
 * Counting which class is taken for which.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { asClasses, findBadIndex } from "../nn/functional/classes.ts";
import { checkScores } from "./check_scores.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** For more classes there is no matrix: it would have hundreds of millions of numbers. */
const MOST_CONFUSED = 4096;

/** Counts of predictions, batch by batch. */
export class ConfusionCounter {
  /** The number of classes. */
  readonly classes: number;
  /** For each class the predictions of its images: row by row; empty for more than {@linkcode MOST_CONFUSED} classes. */
  readonly counts: Float64Array;
  /** For each class how many of its images were predicted right. */
  readonly right: Float64Array;
  /** How many images each class had. */
  readonly seen: Float64Array;
  /** For each of `topK` how many images had their class among so many of the largest scores. */
  readonly within: Float64Array;
  /** The sum of the cross-entropies. */
  loss = 0;
  readonly #topK: readonly number[];

  /** For `classes` classes. */
  constructor(classes: number, topK: readonly number[]) {
    this.classes = classes;
    this.counts = new Float64Array(classes > MOST_CONFUSED ? 0 : classes * classes);
    this.right = new Float64Array(classes);
    this.seen = new Float64Array(classes);
    this.within = new Float64Array(topK.length);
    this.#topK = topK;
  }

  /**
   * Counts a batch: scores (B, C) and classes (B). Rows of scores with NaN predict nothing, which is wrong.
   *
   * @throws {ShapeError} if they do not fit each other or the classes.
   * @throws {IndexError} if a label is not one of the classes; then nothing is counted.
   */
  add(scores: Tensor, labels: Tensor): void {
    const { classes } = this;
    checkScores("Evaluating", classes, scores, labels);
    const [rows] = scores.shape;
    if (rows === 0) return;
    torch.scope(() => {
      const wanted = asClasses(labels);
      findBadIndex("The label", "classes", wanted, classes);
      const wide = scores.detach().to("float32");
      const most = Math.max(1, ...this.#topK);
      // The first of equal ones, as everywhere; topk may take another.
      const [values, first] = wide.max(1);
      const [, places] = wide.topk(most, 1);
      const own = wide.gather(1, wanted.to(wide.device).unsqueeze(1));
      const losses = wide.logsumexp([1]).sub(own.squeeze(1));
      const likely = places.data();
      const [best, predicted, targets, loss] = [
        values.data(),
        first.data(),
        wanted.data(),
        losses.data(),
      ];
      for (let row = 0; row < rows; row++) {
        const label = Number(targets[row]);
        this.seen[label]++;
        this.loss += Number(loss[row]);
        // NaN counts as the largest.
        if (best[row] !== best[row]) continue;
        const guess = Number(predicted[row]);
        if (this.counts.length > 0) this.counts[label * classes + guess]++;
        if (guess === label) this.right[label]++;
        let rank = guess === label ? 0 : 1;
        if (rank > 0) { while (rank < most && likely[row * most + rank] !== targets[row]) rank++; }
        this.#topK.forEach((k, i) => this.within[i] += rank < k ? 1 : 0);
      }
    });
  }
}

/** Refuses numbers of guesses that are none. */
export function checkTopK(topK: readonly number[], classes: number): void {
  for (const k of topK) {
    if (Number.isSafeInteger(k) && k >= 1 && k <= classes) continue;
    throw new ArgumentError(
      `topK has whole numbers from 1 to the number of classes, ${classes}; got ${k}.`,
    );
  }
}
