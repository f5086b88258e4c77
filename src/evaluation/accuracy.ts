/**
 * Accuracy: overall, by class, by data set.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { asClasses, findBadIndex } from "../nn/functional/classes.ts";
import { checkScores } from "./check_scores.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { Accuracy, ClassRange } from "./accuracy_types.ts";
import { accuracyOf } from "./shares.ts";

/**
 * Counts right predictions batch by batch.
 *
 * @example
 * ```ts
 * import { torch, train } from "@apprentice/distill";
 *
 * const counter = new train.AccuracyCounter(3);
 * const scores = torch.tensor([[3, 1, 0], [0, 1, 2], [0, 5, 1]]); // says 0, 2, 1
 * counter.add(scores, torch.tensor([0, 1, 1], { dtype: "int64" }));
 * const { overall, byClass } = counter.result(); // 2/3, [1, 1/2, NaN]
 * ```
 */
export class AccuracyCounter {
  readonly #right: Float64Array;
  readonly #seen: Float64Array;

  /**
   * For `numClasses` classes.
   *
   * @throws {ArgumentError} if that is not a whole number of at least 1.
   */
  constructor(numClasses: number) {
    if (!Number.isSafeInteger(numClasses) || numClasses < 1) {
      throw new ArgumentError(
        `The number of classes is a whole number of at least 1, got ${numClasses}.`,
      );
    }
    this.#right = new Float64Array(numClasses);
    this.#seen = new Float64Array(numClasses);
  }

  /**
   * Counts a batch: scores (B, C), of which the largest is the prediction, and classes (B), on any
   * device. Rows of scores with NaN predict nothing, which is wrong.
   *
   * @throws {ShapeError} if the shapes do not fit the classes or each other.
   * @throws {IndexError} if a label is not one of the classes; then nothing is counted.
   * @throws {DTypeError} if a label is not a whole number.
   */
  add(scores: Tensor, labels: Tensor): void {
    const classes = this.#seen.length;
    checkScores("Accuracy", classes, scores, labels);
    const [rows] = scores.shape;
    if (rows === 0) return;
    torch.scope(() => {
      const wanted = asClasses(labels);
      findBadIndex("The label", "classes", wanted, classes);
      const [best, predicted] = scores.detach().max(1);
      const [values, places, targets] = [best.data(), predicted.data(), wanted.data()];
      for (let i = 0; i < rows; i++) {
        const label = Number(targets[i]);
        this.#seen[label]++;
        // NaN counts as the largest.
        if (places[i] === targets[i] && values[i] === values[i]) this.#right[label]++;
      }
    });
  }

  /**
   * The accuracy so far.
   *
   * @param datasets Divide the classes among data sets; one of all of them by default.
   * @throws {ArgumentError} if a data set's classes are none of these, or two have one name.
   */
  result(datasets?: readonly ClassRange[]): Accuracy {
    const [right, seen] = [this.#right, this.#seen];
    const ranges = datasets ?? [{ name: "all", from: 0, to: seen.length }];
    this.#check(ranges);
    return accuracyOf(right, seen, ranges);
  }

  #check(ranges: readonly ClassRange[]): void {
    const classes = this.#seen.length;
    const names = new Set<string>();
    for (const { name, from, to } of ranges) {
      if (names.has(name)) {
        throw new ArgumentError(`Two data sets are called "${name}"; give each a name of its own.`);
      }
      names.add(name);
      const whole = Number.isInteger(from) && Number.isInteger(to);
      if (whole && from >= 0 && from < to && to <= classes) continue;
      throw new ArgumentError(
        `The classes of the data set "${name}" are ${from} to ${to}; there are ${classes}, and a ` +
          `range begins at 0 or later, has at least one class, and ends at ${classes} or before.`,
      );
    }
  }
}
