/**
 * The losses of decoupled knowledge distillation (Zhao et al., Decoupled knowledge distillation, 2022, arXiv 2203.08679).
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import { noGrad } from "../../torch/backward.ts";
import { arange } from "../../torch/creation.ts";
import { klDiv } from "../../torch/losses.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkLabels, checkNumber, checkTemperature } from "../checks.ts";
import { type Compared, compared } from "./compared.ts";

/** What a decoupled loss compares. */
interface Decoupled extends Pick<Compared, "scaled" | "probabilities"> {
  /** Whether a class is the target class (B, C), bool. */
  readonly isTarget: Tensor;
  /** `T² / B`. */
  readonly factor: number;
}

/**
 * Target class knowledge distillation, TCKD (Zhao et al. 2022): `T² · KL(b̂ || b)`, the mean over the batch. b is
 * `[p_t, 1 - p_t]`, with p the student's softmax at T and t the target class; b̂ is the same of the teachers.
 *
 * It is computed from the log-softmax, so that large logits do no harm.
 *
 * @param studentLogits (B, C) with at least two classes.
 * @param probabilities p̂, what the teachers predict at T (B, C); rows sum to 1, and may hold zeros.
 * @param target The target class of each image (B), int64.
 * @returns A tensor of one element.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if these do not fit together.
 * @throws {ArgumentError} if the temperature is not above 0.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const student = torch.zeros([1, 2], { requiresGrad: true });
 * const teachers = torch.tensor([[0.75, 0.25]]);
 * const target = torch.tensor([0], { dtype: "int64" });
 * distill.targetClassLoss(student, teachers, target).backward();
 * ```
 */
export function targetClassLoss(
  studentLogits: Tensor,
  probabilities: Tensor,
  target: Tensor,
  options: { temperature?: number } = {},
): Tensor {
  return scope(() => tckd(decoupled(studentLogits, probabilities, target, options)));
}

/**
 * Non-target class knowledge distillation, NCKD (Zhao et al. 2022): `T² · KL(q̂ || q)`, the mean over the batch. q
 * is the student's softmax at T among all classes but the target class, q̂ the teachers' prediction for these, over its sum.
 * An image on which they give all others 0 adds 0.
 *
 * Parameters, result and errors are those of {@linkcode targetClassLoss}.
 */
export function otherClassesLoss(
  studentLogits: Tensor,
  probabilities: Tensor,
  target: Tensor,
  options: { temperature?: number } = {},
): Tensor {
  return scope(() => nckd(decoupled(studentLogits, probabilities, target, options)));
}

/** Options of {@linkcode dkdLoss}. */
export interface DkdLossOptions {
  /** The weight of the target class's part; 1, as in the paper. */
  alpha?: number;
  /** The weight of the other classes' part; 8, as in the paper on CIFAR-100. */
  beta?: number;
  /** T; 4, as in the paper on CIFAR-100. */
  temperature?: number;
}

/**
 * Decoupled knowledge distillation (Zhao et al. 2022): α · TCKD + β · NCKD, of {@linkcode targetClassLoss} and
 * {@linkcode otherClassesLoss}. Plain distillation has `1 - p̂_t` in place of β, so that it learns least where the teachers
 * are surest.
 *
 * @throws {ArgumentError} if a weight is negative or not finite; else as these two.
 */
export function dkdLoss(
  studentLogits: Tensor,
  probabilities: Tensor,
  target: Tensor,
  options: DkdLossOptions = {},
): Tensor {
  const { alpha = 1, beta = 8, temperature = 4 } = options;
  checkNumber(alpha, "alpha");
  checkNumber(beta, "beta");
  return scope(() => {
    const both = decoupled(studentLogits, probabilities, target, { temperature });
    return tckd(both).mul(alpha).add(nckd(both).mul(beta));
  });
}

function decoupled(
  studentLogits: Tensor,
  given: Tensor,
  target: Tensor,
  { temperature = 1 }: { temperature?: number },
): Decoupled {
  checkTemperature(temperature);
  const { scaled, probabilities, batch, classes } = compared(studentLogits, given, temperature);
  checkLabels(target, batch);
  if (classes < 2) {
    throw new ShapeError(
      "Decoupled distillation sets one class against the others, and there is only one: use KD.",
    );
  }
  const numbers = arange(classes, { dtype: "int64", device: scaled.device });
  return {
    scaled,
    probabilities: probabilities.detach(),
    isTarget: numbers.unsqueeze(0).eq(target.unsqueeze(1)),
    factor: temperature ** 2 / batch,
  };
}

function tckd({ scaled, probabilities, isTarget, factor }: Decoupled): Tensor {
  const log = scaled.logSoftmax(1);
  const own = log.maskedFill(isTarget.logicalNot(), 0).sum(1, true);
  const others = log.maskedFill(isTarget, -Infinity).logsumexp(1, true);
  const target = noGrad(() => {
    const rest = probabilities.maskedFill(isTarget, 0);
    return cat([probabilities.sub(rest).sum(1, true), rest.sum(1, true)], 1);
  });
  return klDiv(cat([own, others], 1), target, "sum").mul(factor);
}

function nckd({ scaled, probabilities, isTarget, factor }: Decoupled): Tensor {
  // The target class has -inf in the softmax, and 0 afterwards: 0 · -inf would be NaN.
  const log = scaled.maskedFill(isTarget, -Infinity).logSoftmax(1).maskedFill(isTarget, 0);
  const target = noGrad(() => {
    const rest = probabilities.maskedFill(isTarget, 0);
    return rest.div(rest.sum(1, true).clampMin(1e-30));
  });
  return klDiv(log, target, "sum").mul(factor);
}
