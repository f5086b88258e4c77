/**
 * How far features are from what they should be, image by image.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import { cosineSimilarity, smoothL1Loss } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkDevice, checkNumber } from "../checks.ts";
import { bothUpcast } from "../upcast.ts";

/** Weights of {@linkcode matchLoss}. */
export interface MatchOptions {
  /** The weight of 1 less the cosine; 0.9 by default. */
  cosine?: number;
  /** The weight of smooth L1; 0.1 by default. */
  smoothL1?: number;
}

/**
 * How far predicted features are from a teacher's, `λ₁ · (1 - cos(y, t)) + λ₂ · mean_d smoothL1(y_d - t_d)` for each row: the
 * loss of agglomerative models, with 0.9 and 0.1 in RADIO (Ranzinger et al. 2023, arXiv 2312.06709, for spatial features) and
 * Theia (Shang et al. 2024, arXiv 2407.20179), with 0.5 and 0.5 in UNIC (Sariyildiz et al. 2024, arXiv 2408.05088). Computes
 * in float32 or wider.
 *
 * @param predicted y, (…, D).
 * @param target t, (…, D).
 * @returns One number for each row (…).
 * @throws {ArgumentError} if a weight is negative or not finite.
 * @throws {ShapeError}, {DeviceError} if the two do not fit together.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const y = torch.tensor([[3, 0], [0, 2]]);
 * distill.matchLoss(y, torch.tensor([[1, 0], [0, -2]])).toArray(); // [0.075, 1.975]
 * ```
 */
export function matchLoss(
  predicted: Tensor,
  target: Tensor,
  options: MatchOptions = {},
): Tensor {
  const { cosine = 0.9, smoothL1 = 0.1 } = options;
  checkNumber(cosine, "the weight of the cosine");
  checkNumber(smoothL1, "the weight of smooth L1");
  checkSame(predicted, target);
  return scope(() => {
    const [y, t] = bothUpcast(predicted, target);
    const angle = cosineSimilarity(y, t, -1).rsub(1).mul(cosine);
    return angle.add(smoothL1Loss(y, t, "none").mean(-1), { alpha: smoothL1 });
  });
}

function checkSame(predicted: Tensor, target: Tensor): void {
  const [a, b] = [predicted.shape, target.shape];
  if (a.length === 0 || a.length !== b.length || a.some((size, i) => size !== b[i])) {
    throw new ShapeError(
      `Predicted features and a teacher's must have one shape (…, D); got [${a.join(", ")}] and ` +
        `[${b.join(", ")}].`,
    );
  }
  checkDevice(predicted, "the predicted features", target, "the teacher's");
}
