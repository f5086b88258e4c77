/**
 * What features tell without any training: the classes of the nearest neighbors.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { normalize } from "../nn/functional/vectors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { AccuracyCounter } from "./accuracy.ts";
import type { Accuracy } from "./accuracy_types.ts";
import type { LabelledFeatures } from "./labelled_features.ts";
import { checkFeatures, checkLabels } from "./check_features.ts";

/** How {@linkcode knnScores} asks the neighbors. */
export interface KnnOptions {
  /** How many neighbors vote; 20 by default. */
  k?: number;
  /**
   * What a neighbor's vote counts. `"uniform"` (the default): all the same. `"exponential"`: exp(similarity /
   * temperature), as in DINO.
   */
  weighting?: "uniform" | "exponential";
  /** The temperature of exponential weights; 0.07 by default. */
  temperature?: number;
  /** The number of classes; those that occur, if absent. */
  numClasses?: number;
}

/** How many similarities are in memory at a time: as float32 they take 64 MB. */
const SIMILARITIES_AT_A_TIME = 16_000_000;

/**
 * The votes of the nearest neighbors, by the cosine of the angle between features, computed exactly, batch by
 * batch. Of neighbors that are equally near, those that come first in `known` vote.
 *
 * Wu et al., Unsupervised feature learning via non-parametric instance discrimination, 2018, section 3.4; Caron et
 * al., Emerging properties in self-supervised vision transformers (DINO), 2021, appendix F.
 *
 * @param known What is known: features (N, D) and their classes.
 * @param features Those to tell the classes of (B, D).
 * @returns Each class's part of the votes (B, C), on the device of the known features; rows add up to 1. The
 * largest is the prediction, and of equal ones the first.
 * @throws {ArgumentError} if k is not from 1 to N, an option cannot be used, or features are not finite.
 * @throws {ShapeError} if the shapes do not fit each other.
 * @throws {DTypeError} if features are not floating-point, or labels not whole numbers.
 * @throws {IndexError} if a label is not one of the classes.
 *
 * @example
 * ```ts
 * import { evaluation, torch } from "@apprentice/distill";
 *
 * const known = {
 *   features: torch.tensor([[1, 0], [1, 0.1], [0, 1]]),
 *   labels: torch.tensor([0, 0, 1], { dtype: "int64" }),
 * };
 * evaluation.knnScores(known, torch.tensor([[5, 1]]), { k: 3 }); // [[2/3, 1/3]]
 * ```
 */
export function knnScores(
  known: LabelledFeatures,
  features: Tensor,
  options: KnnOptions = {},
): Tensor {
  const { k = 20, weighting = "uniform", temperature = 0.07 } = options;
  return torch.noGrad(() =>
    torch.scope(() => {
      const given = checkFeatures(known.features);
      const { classes, numClasses } = checkLabels(known.labels, given, options.numClasses);
      const asked = checkFeatures(features, given);
      const count = given.shape[0];
      checkVotes(k, count, weighting, temperature);
      const directions = normalize(given).t();
      const queries = asked.shape[0];
      const scores = torch.empty([queries, numClasses], {
        dtype: given.dtype,
        device: given.device,
      });
      const batch = Math.max(1, Math.floor(SIMILARITIES_AT_A_TIME / count));
      for (let at = 0; at < queries; at += batch) {
        using _ = torch.scope();
        const rows = Math.min(batch, queries - at);
        const similarities = normalize(asked.narrow(0, at, rows)).matmul(directions);
        const [values, places] = nearest(similarities, k);
        const votes = weighting === "uniform"
          ? torch.onesLike(values)
          // Relative to the nearest one, so that no temperature makes them infinite.
          : values.sub(values.narrow(1, 0, 1)).div(temperature).exp();
        const voters = classes.indexSelect(0, places.flatten()).reshape([rows, k]);
        scores.narrow(0, at, rows).zero_().scatterAdd_(1, voters, votes)
          .div_(votes.sum(1, true));
      }
      return scores;
    })
  );
}

/**
 * How often the nearest neighbors tell the right class: {@linkcode knnScores}, counted.
 *
 * @param known What is known, such as features of training images.
 * @param test What is asked, with the right answers.
 * @throws As {@linkcode knnScores}.
 *
 * @example
 * ```ts
 * import { evaluation, torch } from "@apprentice/distill";
 *
 * const labels = torch.tensor([0, 1, 2, 3], { dtype: "int64" });
 * const { overall } = evaluation.knnAccuracy(
 *   { features: torch.eye(4), labels },
 *   { features: torch.eye(4).add(0.1), labels },
 *   { k: 1 },
 * ); // 1
 * ```
 */
export function knnAccuracy(
  known: LabelledFeatures,
  test: LabelledFeatures,
  options: KnnOptions = {},
): Accuracy {
  return torch.scope(() => {
    const numClasses = options.numClasses ?? Math.max(
      checkLabels(known.labels, known.features).numClasses,
      checkLabels(test.labels, test.features).numClasses,
    );
    const counter = new AccuracyCounter(numClasses);
    counter.add(knnScores(known, test.features, { ...options, numClasses }), test.labels);
    return counter.result();
  });
}

/** The `k` largest of each row, the largest first, and their places; of equal ones those with lower places. */
function nearest(similarities: Tensor, k: number): [values: Tensor, places: Tensor] {
  const count = similarities.shape[1];
  const [values, places] = similarities.topk(Math.min(k + 1, count));
  if (k === count) return [values, places];
  const [best, chosen] = [values.narrow(1, 0, k), places.narrow(1, 0, k)];
  // topk may take any of the equal ones; which ones only matters where the first left out is as near as the last.
  const tied = values.select(1, k).eq(values.select(1, k - 1)).nonzero().flatten();
  if (tied.numel > 0) {
    const [, order] = similarities.indexSelect(0, tied).sort(1, true, { stable: true });
    chosen.indexCopy_(0, tied, order.narrow(1, 0, k));
  }
  return [best, chosen];
}

function checkVotes(k: number, count: number, weighting: string, temperature: number): void {
  if (!Number.isSafeInteger(k) || k < 1 || k > count) {
    throw new ArgumentError(
      `k is the number of neighbors, from 1 to the ${count} that there are; got ${k}.`,
    );
  }
  if (weighting !== "uniform" && weighting !== "exponential") {
    throw new ArgumentError(`weighting is "uniform" or "exponential", got "${weighting}".`);
  }
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new ArgumentError(`temperature is a number above 0, got ${temperature}.`);
  }
}
