/**
 * The losses that teach the student: of UNIFORM (arXiv 2508.19498), of CustomKD (arXiv 2503.18244) and
 * of plain knowledge distillation.
 *
 * All take float16 and bfloat16 too, also beside float32: they compute in float32 and return that, and gradients
 * flow back in the dtype of what was given.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import { noGrad } from "../torch/backward.ts";
import {
  cosineSimilarity,
  crossEntropyLoss,
  l1Loss,
  mseLoss,
  smoothL1Loss,
} from "../torch/operators.gen.ts";
import { klDiv } from "../torch/losses.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import {
  checkChoice,
  checkLike,
  checkMatrices,
  checkMatrix,
  checkNumber,
  checkTemperature,
} from "./checks.ts";
import { compared } from "./losses/compared.ts";
import { bothUpcast, upcast } from "./upcast.ts";
import { type LogitVote, voteLogits } from "./vote_logits.ts";

/** Options of {@linkcode logitTransferLoss}. */
export interface LogitTransferOptions {
  /** The weight of the pseudo class; 1 by default (ours). */
  alpha1?: number;
  /** The weight of all other classes; 0.5 by default (ours). As a rule smaller than `alpha1`. */
  alpha2?: number;
  /**
   * T: the student's logits are divided by T and the loss is multiplied by T², which keeps the size of its
   * gradient (as in Hinton et al. 2015); 1 by default (ours). Give `voteLogits` the same temperature.
   */
  temperature?: number;
}

/**
 * Logit transfer of UNIFORM (arXiv 2508.19498, step 6), the mean over the batch of
 *
 *     l_logit = -α₁ p̂_ĉ log p_ĉ - α₂ Σ_{c≠ĉ} p̂_c log p_c
 *
 * with p the student's softmax, p̂ the teachers' mean prediction and ĉ the pseudo class. The paper's
 * summary prints the sum without the minus signs. With α₁ = α₂ = 1 it is soft cross-entropy. It is
 * computed from the log-softmax, so that large logits do no harm.
 *
 * @param studentLogits The student's logits (B, C).
 * @param vote What `voteLogits` returned: its `pseudoClass` (B) and `probabilities` (B, C).
 * @returns A tensor of one element.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if the logits do not fit the vote.
 * @throws {ArgumentError} if a weight is negative or not finite, or the temperature not above 0.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const vote = distill.voteLogits([torch.tensor([[2, 0, 1]]), torch.tensor([[3, 1, 0]])]);
 * const student = torch.zeros([1, 3], { requiresGrad: true });
 * distill.logitTransferLoss(student, vote, { alpha1: 1, alpha2: 0.5 }).backward();
 * ```
 */
export function logitTransferLoss(
  studentLogits: Tensor,
  vote: Pick<LogitVote, "pseudoClass" | "probabilities">,
  options: LogitTransferOptions = {},
): Tensor {
  const { alpha1 = 1, alpha2 = 0.5, temperature = 1 } = options;
  checkNumber(alpha1, "alpha1");
  checkNumber(alpha2, "alpha2");
  checkTemperature(temperature);
  const { pseudoClass } = vote;
  return scope(() => {
    const { scaled, probabilities } = compared(
      studentLogits,
      vote.probabilities,
      temperature,
      "the teachers' vote",
    );
    const target = noGrad(() => {
      const weighted = probabilities.mul(alpha2);
      if (alpha1 === alpha2) return weighted;
      const chosen = pseudoClass.unsqueeze(1);
      return weighted.scatter_(1, chosen, probabilities.gather(1, chosen).mul_(alpha1));
    });
    // Rows of the target need not sum to 1.
    const loss = crossEntropyLoss(scaled, target);
    return temperature === 1 ? loss : loss.mul(temperature ** 2);
  });
}

/** The ways to measure how far two batches of features are apart: see {@linkcode featureTransferLoss}. */
export const DISTANCES: readonly ["mse", "l1", "smoothL1", "cosine"] = [
  "mse",
  "l1",
  "smoothL1",
  "cosine",
];

/** How far two batches of features are apart: see {@linkcode featureTransferLoss}. */
export type Distance = typeof DISTANCES[number];

/** Options of {@linkcode featureTransferLoss}. */
export interface FeatureTransferOptions {
  /**
   * `"mse"` (our default), `"l1"` and `"smoothL1"`: the mean over all elements; `"cosine"`: 1 less the
   * cosine of the angle, the mean over the batch.
   */
  distance?: Distance;
}

/**
 * Feature transfer of UNIFORM (arXiv 2508.19498, step 4): `l_feature = dist(x, x̂ᵗ)`. Also CustomKD's
 * two feature terms (arXiv 2503.18244, stage 2), for which dist is MSE.
 *
 * @param x The student's features (B, D).
 * @param target What they should be like (B, D). Gradients flow to it too, unless it is detached.
 * @returns A tensor of one element.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if the two do not fit together.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const x = torch.tensor([[1, 2]]);
 * distill.featureTransferLoss(x, torch.tensor([[1, 4]]), { distance: "mse" }).item(); // 2
 * ```
 */
export function featureTransferLoss(
  x: Tensor,
  target: Tensor,
  options: FeatureTransferOptions = {},
): Tensor {
  const { distance = "mse" } = options;
  checkMatrix(x, "the student's features");
  checkChoice(distance, DISTANCES, "distance");
  return scope(() => {
    const [a, b] = bothUpcast(x, target);
    checkLike(a, "the student's features", b, "the target");
    return distances[distance](a, b);
  });
}

const distances: Record<Distance, (a: Tensor, b: Tensor) => Tensor> = {
  mse: mseLoss,
  l1: l1Loss,
  smoothL1: smoothL1Loss,
  cosine: (a, b) => cosineSimilarity(a, b, -1).mean().rsub(1),
};

/**
 * Alignment of teachers' codes with the student (ours, after the term of that kind in CFL, Luo et al. 2019):
 *
 *     l_align = mean_i dist(x, fᵢᵉ(xᵢᵗ))
 *
 * It is what makes the space of the encoders a common one, in which signs can be voted on.
 *
 * @param x The student's features (B, D).
 * @param codes The teachers' codes (N, B, D), or those of some after the other (n, B, D). Gradients flow to both.
 * @returns A tensor of one element.
 * @throws {ShapeError} if the two do not fit together.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const codes = torch.tensor([[[1, 4]], [[3, 2]]]);
 * distill.alignmentLoss(torch.tensor([[1, 2]]), codes).item(); // (2 + 2) / 2
 * ```
 */
export function alignmentLoss(
  x: Tensor,
  codes: Tensor | readonly Tensor[],
  options: FeatureTransferOptions = {},
): Tensor {
  const { distance = "mse" } = options;
  checkMatrix(x, "the student's features");
  checkChoice(distance, DISTANCES, "distance");
  const parts = codes instanceof Tensor ? [codes] : codes;
  const all = parts.reduce((sum, part) => sum + part.size(0), 0);
  return scope(() => {
    const terms = parts.map((part) => {
      const [a, b] = bothUpcast(x, part);
      const [n, ...shape] = b.shape;
      if (shape.length !== 2 || shape.some((size, i) => size !== a.shape[i])) {
        throw new ShapeError(
          `The codes of N teachers are (N, ${
            a.shape.join(", ")
          }) beside the student's features, got [${b.shape.join(", ")}].`,
        );
      }
      const own = distances[distance](a.unsqueeze(0).expand([n, ...shape]), b);
      return n === all ? own : own.mul(n / all);
    });
    return terms.reduce((sum, term) => sum.add(term));
  });
}

/**
 * `T² · KL(p̂ || softmax(z / T))`, the mean over the batch: the loss of knowledge distillation for a
 * prediction p̂ that was made at the temperature T.
 *
 * @param studentLogits z, the student's logits (B, C).
 * @param probabilities p̂, what the teachers predict (B, C); rows sum to 1.
 * @returns A tensor of one element.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if the two do not fit together.
 * @throws {ArgumentError} if the temperature is not above 0.
 */
export function klDivergence(
  studentLogits: Tensor,
  probabilities: Tensor,
  options: { temperature?: number } = {},
): Tensor {
  const { temperature = 1 } = options;
  checkTemperature(temperature);
  return scope(() => {
    const { scaled, probabilities: target, batch } = compared(
      studentLogits,
      probabilities,
      temperature,
    );
    return klDiv(scaled.logSoftmax(1), target, "sum").mul(temperature ** 2 / batch);
  });
}

/** Options of {@linkcode kdLoss}. */
export interface KdOptions {
  /** T; 4 by default (ours). */
  temperature?: number;
  /** What the teachers' mean is: of their probabilities (our default) or of their logits. */
  average?: "probabilities" | "logits";
}

/**
 * Knowledge distillation (Hinton et al. 2015): `T² · KL(softmax(zᵗ/T) || softmax(zˢ/T))`, the mean over
 * the batch. Of several teachers the mean prediction at T is taken.
 *
 * @param studentLogits zˢ, (B, C).
 * @param teacherLogits zᵗ of one teacher, or of each of several, (B, C).
 * @returns A tensor of one element.
 * @throws {ArgumentError} if there is no teacher or the temperature is not above 0.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if logits do not fit together.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const student = torch.zeros([1, 3], { requiresGrad: true });
 * distill.kdLoss(student, torch.tensor([[2, 0, 1]]), { temperature: 4 }).backward();
 * ```
 */
export function kdLoss(
  studentLogits: Tensor,
  teacherLogits: Tensor | readonly Tensor[],
  options: KdOptions = {},
): Tensor {
  const { temperature = 4, average = "probabilities" } = options;
  const given = Array.isArray(teacherLogits) ? teacherLogits : [teacherLogits];
  return scope(() => {
    const list = given.map((part) => upcast(part));
    checkMatrices(list, "logits");
    const { probabilities } = voteLogits(list, { average, temperature, checkFinite: false });
    return klDivergence(studentLogits, probabilities, { temperature });
  });
}

/** Options of {@linkcode entropyLoss}. */
export interface EntropyLossOptions {
  /** From which probability of its likeliest class on an image counts; 0, all of them. One below counts as 0 in the mean. */
  threshold?: number;
}

/**
 * The mean entropy of predictions, `mean_b -Σ_c p_c log p_c`: CustomKD's term for unlabelled images
 * (arXiv 2503.18244, stage 2, L_U). With a threshold only predictions that are sure already are made surer, as FixMatch has it
 * for pseudo-labels (arXiv 2001.07685, equation 4).
 *
 * @param logits (B, C).
 * @returns A tensor of one element.
 * @throws {ShapeError}, {DTypeError} if the logits are not a floating-point matrix.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * distill.entropyLoss(torch.zeros([1, 2])).item(); // log 2
 * ```
 */
export function entropyLoss(logits: Tensor, options: EntropyLossOptions = {}): Tensor {
  const { threshold = 0 } = options;
  checkMatrix(logits, "the logits");
  checkNumber(threshold, "threshold");
  return scope(() => {
    const z = upcast(logits);
    const p = z.softmax(1);
    if (threshold === 0) return crossEntropyLoss(z, p);
    const counts = noGrad(() => p.amax([1], true).ge(threshold).to(z.dtype));
    return crossEntropyLoss(z, p.mul(counts));
  });
}
