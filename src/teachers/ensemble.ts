/**
 * Several predictive teachers as one predictor.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { noGrad } from "../torch/backward.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { PredictiveTeacher } from "./predictive.ts";
import type { Teacher } from "./teacher.ts";

/** Predictive teachers that predict together. Make one with {@linkcode ensemble}. */
export class Ensemble {
  /** Who predicts. */
  readonly teachers: readonly PredictiveTeacher[];
  /** The number of classes. */
  readonly numClasses: number;

  /** Use {@linkcode ensemble}. @ignore */
  constructor(teachers: readonly Teacher[]) {
    const found = teachers.filter((teacher): teacher is PredictiveTeacher =>
      teacher.kind === "predictive"
    );
    if (found.length === 0) {
      throw new ArgumentError(
        `An ensemble needs at least one predictive teacher, got ${teachers.length} teachers, none of them predictive.`,
      );
    }
    const [first] = found;
    for (const teacher of found) {
      if (teacher.numClasses !== first.numClasses) {
        throw new ShapeError(
          `Teacher "${teacher.name}" has ${teacher.numClasses} classes, teacher "${first.name}" ${first.numClasses}: ` +
            `an ensemble has one label space.`,
        );
      }
    }
    this.teachers = found;
    this.numClasses = first.numClasses;
  }

  /**
   * The mean of the teachers' probabilities for images (B, C, H, W): (B, numClasses). Those who know some classes only give
   * the others the probability 0.
   */
  probabilities(images: Tensor): Tensor {
    return noGrad(() =>
      scope(() => {
        let sum: Tensor | undefined;
        for (const teacher of this.teachers) {
          const own = scope(() => teacher.run(images).logits.softmax(1));
          if (sum === undefined) {
            sum = own;
          } else {
            sum.add_(own);
            own.dispose();
          }
        }
        return sum!.div_(this.teachers.length);
      })
    );
  }
}

/**
 * The predictive ones among `teachers` as one predictor of their mean probability.
 *
 * @throws {ArgumentError} if none is predictive.
 * @throws {ShapeError} if they differ in the number of classes.
 *
 * @example
 * ```ts
 * import { teachers, torch } from "@apprentice/distill";
 *
 * const guess = (name: string, logits: number[]) =>
 *   teachers.predictive({
 *     name,
 *     run: (images) => ({ features: images.flatten(1), logits: torch.tensor([logits]) }),
 *     featureDim: 4,
 *     numClasses: 2,
 *   });
 * const both = teachers.ensemble([guess("a", [1, 0]), guess("b", [0, 1])]);
 * both.probabilities(torch.rand([1, 1, 2, 2])).toArray(); // [[0.5, 0.5]]
 * ```
 */
export function ensemble(teachers: readonly Teacher[]): Ensemble {
  return new Ensemble(teachers);
}
