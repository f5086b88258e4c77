/**
 * Logits voting of UNIFORM (arXiv 2508.19498): many teachers' logits become one pseudo class and one prediction.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { knownColumns } from "../data/known_columns.ts";
import { noGrad } from "../torch/backward.ts";
import { zeros } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkChoice, checkMatrices, checkTemperature, naming, refuseNotFinite } from "./checks.ts";
import { type Confidence, CONFIDENCES } from "./confidence.ts";
import { tally } from "./tally.ts";
import { PARTIAL_RULES, type PartialRule } from "./partial_rules.ts";
import { type Part, voicesOf } from "./voices.ts";

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
  /**
   * For each teacher the numbers of the classes that it knows, ascending; null for all, which is the default. What its logits
   * are elsewhere is not looked at.
   */
  known?: readonly (readonly number[] | null)[];
  /** What the teachers who know some classes only do; `"literal"` by default. */
  partial?: PartialRule;
  /** The way to tell how sure teachers are, for `"abstain"`; `"maxProbability"` by default. */
  confidence?: Confidence;
  /** The confidence below which teachers abstain: a number for all, or one for each (N). */
  threshold?: number | Tensor;
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
  /** The share p̃ of those who spoke that voted for each class (B, C); rows sum to 1. */
  votes: Tensor;
  /** The mean prediction p̂ᵗ of those who spoke (B, C); rows sum to 1. */
  probabilities: Tensor;
  /** How far the class with most votes is ahead of the next (B), from 0 (a tie) to 1 (unanimous). */
  margin: Tensor;
  /** For each teacher the share of the images that it voted on whose pseudo class is its own (N); 0 if there was none. */
  agreement: Tensor;
  /**
   * The class that each teacher voted for (N, B), int32; -1 where it did not vote: where it abstained, or where those who speak
   * with it voted for a class that it does not know.
   */
  choices: Tensor;
}

/**
 * Logits voting of UNIFORM (arXiv 2508.19498, step 5), with the mean prediction of step 6.
 *
 * `logits` holds for each of the Nᵖ predictive teachers its logits (B, C). Each votes for its arg-max class:
 *
 *     p̃_c = (1/Nᵖ) Σᵢ 1[ argmax_j pᵢⱼᵗ = c ],    ĉ = argmax_c p̃_c
 *
 * Teachers who know some classes only (`known`) give the others the probability 0, and vote by a rule (`partial`):
 *
 * - `"literal"`: on every image for the likeliest of their own classes, whatever it shows.
 * - `"concatenated"`: together, with one softmax over the union of their classes, as the official code of CFL joins teachers
 *   (Luo et al. 2019). A class that several know has the mean of their logits. The one voice counts `Σᵢ Kᵢ / |union|` times
 *   (ours): as often as its classes are covered.
 * - `"abstain"`: on images on which they are sure (`confidence`, `threshold`); votes, mean and lead are those of the teachers
 *   who speak. Teachers of all classes always do. Where nobody would, all do.
 *
 * With `average: "logits"` the mean of each class is that of those who know it and speak; what none of them knows has the
 * probability 0. Among teachers who know all classes every rule is the same.
 *
 * Memory grows with B×C, not with Nᵖ, but for `choices`. No gradients flow: the teachers are frozen.
 *
 * @throws {ArgumentError} if there is no teacher, an option is none of its choices, or a threshold is missing.
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
  const { partial = "literal", confidence = "maxProbability", threshold } = options;
  const [, classes] = checkMatrices(logits, "logits", names);
  checkChoice(ties, ["probability", "first"], "ties");
  checkChoice(average, ["probabilities", "logits"], "average");
  checkChoice(partial, PARTIAL_RULES, "partial");
  checkChoice(confidence, CONFIDENCES, "confidence");
  checkTemperature(temperature);
  const known = checkKnown(options.known ?? logits.map(() => null), logits.length, classes);
  if (partial === "abstain" && threshold === undefined && known.some((one) => one !== null)) {
    throw new ArgumentError(
      'To abstain, teachers need a threshold of confidence: a number, or a tensor (N), or partial: "literal".',
    );
  }
  return noGrad(() =>
    scope(() => {
      const { voices, parts } = voicesOf(logits, known, {
        partial,
        confidence,
        threshold: threshold ?? NaN,
      });
      const { votes, total, probabilities } = tally(voices, logits[0], { average, temperature });
      if ((options.checkFinite ?? true) && !Number.isFinite(probabilities.sum().item())) {
        const columns = logits.map((all, i) => knownColumns(all, known[i]));
        refuseNotFinite(columns, naming("logits", names));
      }
      const pseudoClass = ties === "first" ? votes.argmax(1) : mostVotes(votes, probabilities);
      const choices = choicesOf(parts, logits[0]);
      return {
        pseudoClass,
        votes: votes.div_(total),
        probabilities,
        margin: leadOf(votes),
        agreement: agreementOf(choices, pseudoClass),
        choices,
      };
    })
  );
}

/** The classes of each teacher, null for one that knows all. */
function checkKnown(
  known: readonly (readonly number[] | null)[],
  teachers: number,
  classes: number,
): (readonly number[] | null)[] {
  if (!Array.isArray(known) || known.length !== teachers) {
    throw new ArgumentError(
      `${teachers} teachers need ${teachers} lists of known classes, or null, got ${known?.length}.`,
    );
  }
  return known.map((own: readonly number[] | null) => {
    if (own === null) return null;
    let last = -1;
    for (const one of own) last = Number.isInteger(one) && one > last ? one : Infinity;
    if (own.length === 0 || last >= classes) {
      throw new ArgumentError(
        `The classes that a teacher knows are numbers from 0 to ${
          classes - 1
        }, ascending, got [${own}].`,
      );
    }
    return own.length === classes ? null : own;
  });
}

/** `ĉ = argmax_c p̃_c`, and of the classes with equally many votes the one that is likelier. */
function mostVotes(votes: Tensor, probabilities: Tensor): Tensor {
  return scope(() => {
    const beaten = votes.lt(votes.amax(1, true));
    return probabilities.maskedFill(beaten, -1).argmax(1);
  });
}

/** The largest share of votes less the second largest, for each row. */
function leadOf(votes: Tensor): Tensor {
  if (votes.size(1) === 1) return votes.select(1, 0).clone();
  const [most] = votes.topk(2, 1);
  return most.select(1, 0).sub(most.select(1, 1));
}

/** What each teacher voted for (N, B), -1 where it did not vote. */
function choicesOf(parts: readonly Part[], { shape: [batch], device }: Tensor): Tensor {
  const choices = zeros([parts.length, batch], { dtype: "int32", device });
  parts.forEach(({ voice, speaks }, i) => {
    scope(() => {
      const row = choices.select(0, i).copy_(voice.choice);
      if (speaks !== null) row.maskedFill_(speaks.logicalNot(), -1);
    });
  });
  return choices;
}

/** For each teacher the share of the images that it voted on for which its class is the pseudo class (N). */
function agreementOf(choices: Tensor, pseudoClass: Tensor): Tensor {
  return scope(() => {
    const voted = choices.ge(0).sum(1);
    return choices.eq(pseudoClass.to("int32")).sum(1).div(voted.clampMin(1));
  });
}
