/**
 * Features voting of UNIFORM (arXiv 2508.19498): many teachers' features become one target.
 *
 * @module
 */

import { noGrad } from "../torch/backward.ts";
import { zeros } from "../torch/creation.ts";
import type { DType } from "../torch/dtype.ts";
import { stack } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkChoice, checkMatrices, checkWeights, naming, refuseNotFinite } from "./checks.ts";
import { sumDType } from "./upcast.ts";

/** Options of {@linkcode voteFeatures}; each settles a point that the paper's summary leaves open. */
export interface FeatureVoteOptions {
  /** The weight of each teacher in the average; equal by default (ours). They do not weigh the votes. */
  weights?: readonly number[];
  /**
   * The target of an element whose signs balance (s = 0). `"zero"`: 0, the equations taken literally (our default here).
   * `"mean"`: the weighted mean of all teachers, which is what `Uniform` does unless it is told otherwise: two teachers
   * differ in sign on about half of all elements, four balance on more than a third, and targets of 0 there pull the
   * student's features together.
   */
  ties?: "zero" | "mean";
  /** The teachers' names, for error messages. */
  names?: readonly string[];
  /**
   * Looks for NaN and infinities in the target and, if there are any, names the teacher that they come from;
   * true by default. On a GPU it makes the processor wait.
   */
  checkFinite?: boolean;
}

/** The outcome of {@linkcode voteFeatures}. */
export interface FeatureVote {
  /** The consensus sign s (B, D): -1, 0 or 1. */
  consensus: Tensor;
  /** The target x̂ᵗ (B, D). Gradients flow through it to the features. */
  target: Tensor;
  /** For each teacher the share of its elements whose sign is the consensus sign (N). */
  agreement: Tensor;
}

/** The smallest positive number that a bound needs: normal in every dtype but float16, where it is the smallest at all. */
const tiny = (dtype: DType): number => dtype === "float16" ? 2 ** -24 : 2 ** -126;

/**
 * Features voting and aggregation of UNIFORM (arXiv 2508.19498, steps 2 and 3).
 *
 * `features` holds for each of N teachers its encoded features fᵢ (B, D). Element by element:
 *
 *     s   = sgn( Σᵢ sgn(fᵢ) )                                        the consensus sign, sgn(0) = 0
 *     x̂ᵗ = Σᵢ wᵢ fᵢ [sgn(fᵢ) = s] / Σᵢ wᵢ [sgn(fᵢ) = s]             the mean of those who agree
 *
 * An element for which all that agree have weight 0 gets the target 0.
 *
 * Memory grows with B×D, not with N: teachers are gone through one by one, twice. That holds with
 * gradients too. `fᵢ [sgn(fᵢ) = s]` is written as a clamp of fᵢ to the half-line of sign s, whose
 * derivative needs only fᵢ, which the caller holds anyway, and the two bounds, which all teachers
 * share; a product with a mask would save a mask per teacher. (The half-lines start at the smallest
 * normal number instead of 0, so that an exact 0 has the gradient of a dropped element; what that adds
 * to the sum, at most N·10⁻³⁸, is lost in rounding.)
 *
 * @throws {ArgumentError} if there is no teacher, or weights are of the wrong number, negative or all 0.
 * @throws {ShapeError} if a teacher's features are not (B, D) with the same B and D, at least 1.
 * @throws {DTypeError} and {DeviceError} if features differ in dtype or device.
 * @throws {TrainingError} if a teacher's features hold NaN or infinities that reach the target.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const teachers = [[[2, -1]], [[4, -3]], [[-9, 5]]].map((f) => torch.tensor(f));
 * const { consensus, target } = distill.voteFeatures(teachers);
 * console.log(consensus.toArray()); // [[1, -1]]
 * console.log(target.toArray()); // [[3, -2]]
 * ```
 */
export function voteFeatures(
  features: readonly Tensor[],
  options: FeatureVoteOptions = {},
): FeatureVote {
  const { weights, ties = "zero", names, checkFinite = true } = options;
  const shape = checkMatrices(features, "features", names);
  if (weights !== undefined) checkWeights(weights, features.length);
  checkChoice(ties, ["zero", "mean"], "ties");
  const { dtype, device } = features[0];
  const sumOptions = { dtype: sumDType(dtype), device };

  return scope(() => {
    const consensus = consensusSign(features, zeros(shape, sumOptions));
    const { low, high } = halfLines(consensus, ties, dtype);

    const sum = zeros(shape, sumOptions);
    const weight = zeros(shape, sumOptions);
    const agreeing: Tensor[] = [];
    for (let i = 0; i < features.length; i++) {
      const share = { alpha: weights?.[i] ?? 1 };
      using kept = features[i].clamp(low, high);
      using isKept = features[i].eq(kept);
      sum.add_(kept, share);
      weight.add_(isKept, share);
      agreeing.push(ties === "zero" ? isKept.sum() : countAgreeing(features[i], consensus));
    }
    // A weight is 0, and then the sum is too, or at least the smallest one there is.
    weight.clampMin_(Math.min(...(weights ?? [1]).filter((w) => w > 0)));
    const target = sum.div(weight);

    if (checkFinite && !Number.isFinite(target.detach().sum().item())) {
      refuseNotFinite(features, naming("features", names));
    }
    return { consensus, target, agreement: stack(agreeing).div(shape[0] * shape[1]) };
  });
}

/** `s = sgn( Σᵢ sgn(fᵢ) )` (arXiv 2508.19498, step 2), summed up in `total`. */
function consensusSign(features: readonly Tensor[], total: Tensor): Tensor {
  return noGrad(() => {
    for (let i = 0; i < features.length; i++) {
      using sign = features[i].sgn();
      total.add_(sign);
    }
    return total.sign_();
  });
}

/** The values of sign s, element by element: all that lies between `low` and `high`. */
function halfLines(
  consensus: Tensor,
  ties: "zero" | "mean",
  dtype: DType,
): { low: Tensor; high: Tensor } {
  const far = consensus.mul(Infinity).nanToNum_(0, Infinity, -Infinity);
  let low = far.clampMax(tiny(dtype));
  let high = far.clampMin(-tiny(dtype));
  if (ties === "mean") {
    const tied = consensus.eq(0);
    low.maskedFill_(tied, -Infinity);
    high.maskedFill_(tied, Infinity);
  }
  if (dtype !== sumDType(dtype)) [low, high] = [low.to(dtype), high.to(dtype)];
  return { low, high };
}

/** The number of elements whose sign is the consensus sign. */
function countAgreeing(features: Tensor, consensus: Tensor): Tensor {
  return noGrad(() => {
    using sign = features.sgn();
    using agrees = sign.eq(consensus);
    return agrees.sum();
  });
}

/** Options of {@linkcode averageFeatures}. */
export type FeatureAverageOptions = Omit<FeatureVoteOptions, "ties">;

/**
 * The weighted mean of all teachers' features (B, D), without a vote: what UNIFORM is compared with
 * as "no voting" (arXiv 2508.19498, ablation; taken to be the CFL+ baseline, see `Uniform`).
 *
 * @throws As {@linkcode voteFeatures} does.
 */
export function averageFeatures(
  features: readonly Tensor[],
  options: FeatureAverageOptions = {},
): Tensor {
  const { weights, names, checkFinite = true } = options;
  const shape = checkMatrices(features, "features", names);
  if (weights !== undefined) checkWeights(weights, features.length);
  const { dtype, device } = features[0];
  return scope(() => {
    const sum = zeros(shape, { dtype: sumDType(dtype), device });
    for (let i = 0; i < features.length; i++) sum.add_(features[i], { alpha: weights?.[i] ?? 1 });
    const mean = sum.div(weights?.reduce((a, b) => a + b, 0) ?? features.length);
    if (checkFinite && !Number.isFinite(mean.detach().sum().item())) {
      refuseNotFinite(features, naming("features", names));
    }
    return mean;
  });
}
