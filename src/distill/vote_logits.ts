/**
 * Logits voting of UNIFORM (arXiv 2508.19498): many teachers' logits become one pseudo class and one prediction.
 *
 * @module
 */

import { noGrad } from "../torch/backward.ts";
import { ones, zeros } from "../torch/creation.ts";
import { stack } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkChoice, checkMatrices, checkTemperature, naming, refuseNotFinite } from "./checks.ts";
import { sumDType } from "./upcast.ts";

/** Options of {@linkcode voteLogits}; each settles a point that the paper's summary leaves open. */
export interface LogitVoteOptions {
  /**
   * Which of the classes with most votes wins. `"probability"`: the one with the larger mean probability
   * p̂ᵗ (our default). `"first"`: the one with the smallest number.
   */
  ties?: "probability" | "first";
  /**
   * What p̂ᵗ is. `"probabilities"`: the mean of the teachers' softmax (our default). `"logits"`: the softmax of
   * their mean logits.
   */
  average?: "probabilities" | "logits";
  /** Divides the logits before the softmax of p̂ᵗ; 1 by default (ours). Votes do not depend on it. */
  temperature?: number;
  /** The teachers' names, for error messages. */
  names?: readonly string[];
  /**
   * Looks for NaN in p̂ᵗ and, if there is any, names the teacher that it comes from; true by default. On a GPU
   * it makes the processor wait.
   */
  checkFinite?: boolean;
}

/** The outcome of {@linkcode voteLogits}. */
export interface LogitVote {
  /** The pseudo class ĉ of every image (B), int64. */
  pseudoClass: Tensor;
  /** The share p̃ of the teachers that voted for each class (B, C); rows sum to 1. */
  votes: Tensor;
  /** The teachers' mean prediction p̂ᵗ (B, C); rows sum to 1. */
  probabilities: Tensor;
  /** How far the class with most votes is ahead of the next (B), from 0 (a tie) to 1 (unanimous). */
  margin: Tensor;
  /** For each teacher the share of the batch for which its own class is the pseudo class (N). */
  agreement: Tensor;
}

/**
 * Logits voting of UNIFORM (arXiv 2508.19498, step 5), with the mean prediction of step 6.
 *
 * `logits` holds for each of the Nᵖ predictive teachers its logits (B, C). Each votes for its arg-max class:
 *
 *     p̃_c = (1/Nᵖ) Σᵢ 1[ argmax_j pᵢⱼᵗ = c ],    ĉ = argmax_c p̃_c
 *
 * Memory grows with B×C, not with Nᵖ. No gradients flow: the teachers are frozen.
 *
 * @throws {ArgumentError} if there is no teacher or an option is none of its choices.
 * @throws {ShapeError} if a teacher's logits are not (B, C) with the same B and C, at least 1.
 * @throws {DTypeError} and {DeviceError} if logits differ in dtype or device.
 * @throws {TrainingError} if a teacher's logits hold NaN.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const teachers = [[[3, 1, 0]], [[2, 0, 1]], [[0, 0, 9]]].map((z) => torch.tensor(z));
 * const { pseudoClass, margin } = distill.voteLogits(teachers);
 * console.log(pseudoClass.toArray()); // [0]
 * console.log(margin.toArray()); // [0.333…]
 * ```
 */
export function voteLogits(
  logits: readonly Tensor[],
  options: LogitVoteOptions = {},
): LogitVote {
  const { ties = "probability", average = "probabilities", temperature = 1, names } = options;
  const [batch, classes] = checkMatrices(logits, "logits", names);
  checkChoice(ties, ["probability", "first"], "ties");
  checkChoice(average, ["probabilities", "logits"], "average");
  checkTemperature(temperature);
  const { dtype, device } = logits[0];
  const sumOptions = { dtype: sumDType(dtype), device };

  return noGrad(() =>
    scope(() => {
      const votes = zeros([batch, classes], sumOptions);
      const probabilities = zeros([batch, classes], sumOptions);
      const one = ones([batch, 1], sumOptions);
      for (let i = 0; i < logits.length; i++) {
        using choice = logits[i].argmax(1, true);
        votes.scatterAdd_(1, choice, one);
        if (average === "logits") {
          probabilities.add_(logits[i]);
        } else {
          using scaled = temperature === 1 ? undefined : logits[i].div(temperature);
          using prediction = (scaled ?? logits[i]).softmax(1, sumOptions.dtype);
          probabilities.add_(prediction);
        }
      }
      probabilities.div_(logits.length);
      const mean = average === "logits"
        ? probabilities.div_(temperature).softmax(1)
        : probabilities;
      if ((options.checkFinite ?? true) && !Number.isFinite(mean.sum().item())) {
        refuseNotFinite(logits, naming("logits", names));
      }

      const pseudoClass = ties === "first" ? votes.argmax(1) : mostVotes(votes, mean);
      return {
        pseudoClass,
        votes: votes.div_(logits.length),
        probabilities: mean,
        margin: leadOf(votes),
        agreement: stack(logits.map((z) => agreeingChoices(z, pseudoClass))).div(batch),
      };
    })
  );
}

/** `ĉ = argmax_c p̃_c`, and of the classes with equally many votes the one that is likelier. */
function mostVotes(votes: Tensor, probabilities: Tensor): Tensor {
  const beaten = votes.lt(votes.amax(1, true));
  return probabilities.maskedFill(beaten, -1).argmax(1);
}

/** The largest share of votes less the second largest, for each row. */
function leadOf(votes: Tensor): Tensor {
  if (votes.size(1) === 1) return votes.select(1, 0).clone();
  const [most] = votes.topk(2, 1);
  return most.select(1, 0).sub(most.select(1, 1));
}

/** For how many images the arg-max class is the pseudo class. */
function agreeingChoices(logits: Tensor, pseudoClass: Tensor): Tensor {
  using choice = logits.argmax(1);
  using agrees = choice.eq(pseudoClass);
  return agrees.sum();
}
