/**
 * The loss of OFA (Hao et al., One-for-all: bridge the gap between heterogeneous architectures in knowledge distillation,
 * 2023, arXiv 2310.19444).
 *
 * @module
 */

import { noGrad } from "../../torch/backward.ts";
import { crossEntropyLoss } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { checkLabels, checkNumber, checkTemperature } from "../checks.ts";
import { compared } from "./compared.ts";

/** Options of {@linkcode ofaLoss}. */
export interface OfaLossOptions {
  /** ε, what the target class is enhanced by; 1, which is soft cross-entropy. */
  eps?: number;
  /** Divides logits before the softmax, and multiplies nothing; 1. */
  temperature?: number;
}

/**
 * The loss of OFA (arXiv 2310.19444, as its official code has it), the mean over the batch of
 *
 *     Σ_c -[ (p̂_c + m_c)^ε - m_c ] log p_c
 *
 * with p the student's softmax, p̂ the teachers' prediction, and m one at the target class and 0 elsewhere. It is computed
 * from the log-softmax, so that large logits do no harm.
 *
 * @param studentLogits (B, C).
 * @param probabilities p̂ (B, C).
 * @param target The target class of each image (B), int64.
 * @returns A tensor of one element.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if these do not fit together.
 * @throws {ArgumentError} if eps is negative, or the temperature not above 0.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const student = torch.zeros([1, 2], { requiresGrad: true });
 * const teachers = torch.tensor([[0.75, 0.25]]);
 * const target = torch.tensor([0], { dtype: "int64" });
 * distill.ofaLoss(student, teachers, target, { eps: 1.5 }).backward();
 * ```
 */
export function ofaLoss(
  studentLogits: Tensor,
  probabilities: Tensor,
  target: Tensor,
  options: OfaLossOptions = {},
): Tensor {
  const { eps = 1, temperature = 1 } = options;
  checkNumber(eps, "eps");
  checkTemperature(temperature);
  return scope(() => {
    const { scaled, probabilities: predicted, batch } = compared(
      studentLogits,
      probabilities,
      temperature,
    );
    checkLabels(target, batch);
    const weights = noGrad(() => {
      if (eps === 1) return predicted; // m is taken off as it was added
      const chosen = target.unsqueeze(1);
      const enhanced = predicted.gather(1, chosen).add_(1).pow_(eps).sub_(1);
      return predicted.pow(eps).scatter_(1, chosen, enhanced);
    });
    return crossEntropyLoss(scaled, weights);
  });
}
