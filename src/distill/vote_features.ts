/**
 * Features voting of UNIFORM (arXiv 2508.19498): many teachers' features become one target.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import { noGrad } from "../torch/backward.ts";
import { constant } from "../torch/constants.ts";
import { cat, zerosLike } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import { checkChoice, checkMatrices, checkWeights, naming, refuseNotFinite } from "./checks.ts";
import { shareEqual, shuffledAgreement, someAgreement, someOf } from "./shuffled_agreement.ts";
import { upcast } from "./upcast.ts";

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
  /**
   * Whether to measure how often teachers would agree by their own rates of positive signs alone; false by default. Agreement
   * is then measured on 64 elements of each image too, so that the two compare.
   */
  shuffled?: boolean;
}

/** The outcome of {@linkcode voteFeatures}. */
export interface FeatureVote {
  /** The consensus sign s (B, D): -1, 0 or 1. */
  consensus: Tensor;
  /** The target x̂ᵗ (B, D). Gradients flow through it to the features. */
  target: Tensor;
  /** For each teacher the share of its elements whose sign is the consensus sign (N). */
  agreement: Tensor;
  /**
   * The same where each teacher's images are shuffled (N): what is left is how often each element is positive, not what the
   * image shows. An agreement that is not above it says nothing about images. Only if it was asked for.
   */
  shuffledAgreement?: Tensor;
}

/**
 * Features voting and aggregation of UNIFORM (arXiv 2508.19498, steps 2 and 3).
 *
 * `features` holds for each of N teachers its encoded features fᵢ (B, D), or those of several together (n, B, D), or all of
 * them in one tensor (N, B, D). Element by element:
 *
 *     s   = sgn( Σᵢ sgn(fᵢ) )                                        the consensus sign, sgn(0) = 0
 *     x̂ᵗ = Σᵢ wᵢ fᵢ [sgn(fᵢ) = s] / Σᵢ wᵢ [sgn(fᵢ) = s]             the mean of those who agree
 *
 * An element for which all that agree have weight 0 gets the target 0. It is one pass over all teachers, in float32 at least.
 *
 * What is above 0 and what is below is summed apart, and of the two sums the one on the consensus' side is taken: the derivative
 * needs only fᵢ, which the caller holds anyway, where a product with a mask would save a mask per teacher. Memory grows with B×D,
 * not with N. An exact 0 has no gradient.
 *
 * @throws {ArgumentError} if there is no teacher, or weights are of the wrong number, negative or all 0.
 * @throws {ShapeError} if a teacher's features are not (B, D) with the same B and D, at least 1.
 * @throws {DTypeError} and {DeviceError} if features differ in dtype or device.
 * @throws {TrainingError} if a teacher's features hold NaN or infinities.
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
  features: readonly Tensor[] | Tensor,
  options: FeatureVoteOptions = {},
): FeatureVote {
  const { weights, ties = "zero", names, checkFinite = true, shuffled = false } = options;
  checkChoice(ties, ["zero", "mean"], "ties");
  return scope(() => {
    const parts = partsOf(features, names);
    const n = parts.reduce((sum, { length }) => sum + length, 0);
    if (weights !== undefined) checkWeights(weights, n);
    const { consensus, weight, some } = countSigns(parts, ties, weights, shuffled);
    const sum = sumOfSign(parts, consensus, ties, weights);
    // A weight is 0, and then the sum is too, or at least the smallest one there is.
    weight.clampMin_(Math.min(...(weights ?? [1]).filter((w) => w > 0)));
    const target = sum.div(weight);
    if (checkFinite) refuseBadTarget(target, features, names);
    return {
      consensus,
      target,
      ...noGrad(() =>
        some === null
          ? { agreement: cat(parts.map(({ features }) => agreementWith(consensus, features))) }
          : {
            agreement: someAgreement(some, consensus),
            shuffledAgreement: shuffledAgreement(some),
          }
      ),
    };
  });
}

/** The features of some teachers. */
interface Part {
  /** (n, B, D) */
  readonly features: Tensor;
  /** The first one's place among all. */
  readonly from: number;
  /** How many they are. */
  readonly length: number;
}

/** How many numbers are looked at together: what a processor's cache holds, or what keeps a GPU busy. */
const partSize = { cpu: 2 ** 21, other: 2 ** 25 };

/** All teachers' features, in float32 at least, some at a time: what lies between is not as large as all of them. */
function partsOf(
  features: readonly Tensor[] | Tensor,
  names: readonly string[] | undefined,
): Part[] {
  if (!(features instanceof Tensor)) return partsIn(features, names);
  const { shape } = features;
  if (shape.length !== 3 || shape.includes(0)) {
    throw new ShapeError(
      `The features of all teachers in one tensor are (N, B, D), each at least 1; got [${
        shape.join(", ")
      }].`,
    );
  }
  return cut(features, 0);
}

/** Some teachers' features (n, B, D), of which the first one has the place `from`, so many at a time. */
function cut(features: Tensor, from: number): Part[] {
  const { shape: [n, batch, width], device } = features;
  const size = device === "cpu" ? partSize.cpu : partSize.other;
  const most = Math.max(1, Math.floor(size / (batch * width)));
  // The gradients of all parts of a split are put together once, those of slices one by one.
  return upcast(features).split(most, 0).map((part, i) => ({
    features: part,
    from: from + i * most,
    length: Math.min(most, n - i * most),
  }));
}

/** The features of single teachers (B, D), or of several together (n, B, D). */
function partsIn(features: readonly Tensor[], names: readonly string[] | undefined): Part[] {
  const areTogether = Array.isArray(features) &&
    features.some((part) => part instanceof Tensor && part.shape.length === 3);
  if (!areTogether) {
    checkMatrices(features, "features", names);
    return features.map((part, from) => ({ features: upcast(part).unsqueeze(0), from, length: 1 }));
  }
  let from = 0;
  return (features as readonly Tensor[]).flatMap((part) => {
    const [length, ...shape] = part.shape;
    const [, ...first] = features[0].shape;
    if (shape.length !== 2 || length === 0 || shape.some((size, i) => size !== first[i])) {
      throw new ShapeError(
        `The features of several teachers together are (n, B, D), with the same B and D; got ${
          features.map((one) => `[${one.shape.join(", ")}]`).join(", ")
        }.`,
      );
    }
    from += length;
    return cut(part, from - length);
  });
}

/** What the signs of all teachers come to. */
interface Signs {
  /** The consensus sign s (B, D). */
  readonly consensus: Tensor;
  /** The weight of the teachers that are averaged (B, D); how many they are where all weigh 1. */
  readonly weight: Tensor;
  /** Some of the signs (N, B, few), if they are wanted. */
  readonly some: Tensor | null;
}

/** `s = sgn( Σᵢ sgn(fᵢ) )` (arXiv 2508.19498, step 2), and how much those weigh of whom it is the sign. */
function countSigns(
  parts: readonly Part[],
  ties: "zero" | "mean",
  weights: readonly number[] | undefined,
  wantsSome: boolean,
): Signs {
  return noGrad(() => {
    const total = zerosLike(parts[0].features.select(0, 0));
    const weighted = weights === undefined ? total : zerosLike(total);
    const nonzero = zerosLike(total);
    const few: Tensor[] = [];
    for (const part of parts) {
      using signs = part.features.sgn();
      addWeighted(total, signs, part, undefined);
      if (weights !== undefined) addWeighted(weighted, signs, part, weights);
      if (wantsSome) few.push(someOf(signs));
      addWeighted(nonzero, signs.abs_(), part, weights);
    }
    const consensus = total.sgn();
    // Those of sign s weigh p, those of the other one m: p is (p + m + s (p - m)) / 2.
    const weight = nonzero.add_(weighted.mul(consensus)).mul_(0.5);
    if (ties === "mean") {
      const decided = consensus.abs();
      const all = (weights ?? parts.map(({ length }) => length)).reduce((sum, w) => sum + w, 0);
      weight.mul_(decided).add_(decided.rsub(1), { alpha: all });
    }
    return { consensus, weight, some: wantsSome ? cat(few) : null };
  });
}

/** `Σᵢ wᵢ fᵢ [sgn(fᵢ) = s]`, or the sum of all where signs balance and ties count. */
function sumOfSign(
  parts: readonly Part[],
  consensus: Tensor,
  ties: "zero" | "mean",
  weights: readonly number[] | undefined,
): Tensor {
  const [above, below] = [zerosLike(consensus), zerosLike(consensus)];
  for (const part of parts) {
    // Its backward pass is one operator, where that of clamp is four.
    using positive = part.features.hardtanh(0, Infinity);
    addWeighted(above, positive, part, weights);
    using negative = part.features.hardtanh(-Infinity, 0);
    addWeighted(below, negative, part, weights);
  }
  // Products of 0 and 1: on a CPU, what chooses by a mask takes many times as long.
  const up = consensus.clampMin(0);
  const down = consensus.clampMax(0).neg();
  if (ties === "mean") {
    const tied = consensus.abs().rsub(1);
    up.add_(tied);
    down.add_(tied);
  }
  return above.mul(up).add(below.mul(down));
}

/** Adds Σᵢ wᵢ valuesᵢ over a part's teachers. */
function addWeighted(
  sum: Tensor,
  values: Tensor,
  { from, length }: Part,
  weights: readonly number[] | undefined,
): void {
  const { dtype, device } = sum;
  if (weights === undefined) {
    using own = values.sum(0, false, { dtype });
    sum.add_(own);
    return;
  }
  const own = weights.slice(from, from + length);
  const w = constant(own, { dtype, device, shape: [length, 1, 1] });
  using weighted = values.mul(w);
  using total = weighted.sum(0);
  sum.add_(total);
  // On a card it is kept for the next step.
  if (device === "cpu") w.dispose();
}

/** The share of each teacher's elements whose sign is the consensus sign (n). */
function agreementWith(consensus: Tensor, features: Tensor): Tensor {
  using signs = features.sgn();
  return shareEqual(signs, consensus);
}

function refuseBadTarget(
  target: Tensor,
  features: readonly Tensor[] | Tensor,
  names: readonly string[] | undefined,
): void {
  if (Number.isFinite(target.detach().sum().item())) return;
  const all = features instanceof Tensor ? [features] : features;
  const each = all.flatMap((part) => part.shape.length === 3 ? part.unbind(0) : [part]);
  refuseNotFinite(each, naming("features", names));
}

/** Options of {@linkcode averageFeatures}. */
export type FeatureAverageOptions = Omit<FeatureVoteOptions, "ties" | "shuffled">;

/**
 * The weighted mean of all teachers' features (B, D), without a vote: what UNIFORM is compared with
 * as "no voting" (arXiv 2508.19498, ablation; taken to be the CFL+ baseline, see `Uniform`).
 *
 * @throws As {@linkcode voteFeatures} does.
 */
export function averageFeatures(
  features: readonly Tensor[] | Tensor,
  options: FeatureAverageOptions = {},
): Tensor {
  const { weights, names, checkFinite = true } = options;
  return scope(() => {
    const parts = partsOf(features, names);
    const n = parts.reduce((sum, { length }) => sum + length, 0);
    if (weights !== undefined) checkWeights(weights, n);
    const sum = zerosLike(parts[0].features.select(0, 0).detach());
    for (const part of parts) addWeighted(sum, part.features, part, weights);
    const mean = sum.div(weights?.reduce((a, b) => a + b, 0) ?? n);
    if (checkFinite) refuseBadTarget(mean, features, names);
    return mean;
  });
}
