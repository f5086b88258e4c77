/**
 * Adding up the voices of a vote on classes.
 *
 * @module
 */

import { full, zeros } from "../torch/creation.ts";
import type { DType } from "../torch/dtype.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { Voice } from "./voices.ts";
import { sumDType } from "./upcast.ts";

/** What p̂ᵗ is the mean of, and at which temperature. */
export interface TallyOptions {
  readonly average: "probabilities" | "logits";
  readonly temperature: number;
}

/** What voices add up to. */
export interface Tally {
  /** How many voted for each class (B, C). */
  readonly votes: Tensor;
  /** How many spoke: on all images, or on each (B, 1). */
  readonly total: number | Tensor;
  /** The mean prediction of those who spoke (B, C). */
  readonly probabilities: Tensor;
}

/**
 * Adds up votes and predictions. Memory grows with B×C, not with the number of voices.
 *
 * @param like Logits (B, C) of one of the teachers.
 */
export function tally(voices: readonly Voice[], like: Tensor, options: TallyOptions): Tally {
  const { average, temperature } = options;
  const [batch, classes] = like.shape;
  const dtype = sumDType(like.dtype);
  const as = { dtype, device: like.device };
  const votes = zeros([batch, classes], as);
  const sums = zeros([batch, classes], as);
  // How many there are to each class: as many as speak, unless some know parts.
  const isPartial = voices.some(({ places }) => places !== null);
  const counts = average === "logits" && isPartial ? zeros([batch, classes], as) : null;
  const speaking = voices.some(({ weight }) => typeof weight !== "number")
    ? zeros([batch, 1], as)
    : null;
  const once = full([batch, 1], 1, as);
  let total = 0;
  for (const voice of voices) {
    const { places, choice, weight } = voice;
    scope(() => {
      const amount = weight === 1 ? once : typeof weight === "number" ? once.mul(weight) : weight;
      votes.scatterAdd_(1, choice.unsqueeze(1), amount);
      speaking?.add_(amount);
      const part = partOf(voice.logits(), options, dtype);
      addAt(sums, places, weight === 1 ? part : part.mul(amount));
      if (counts !== null) addAt(counts, places, amount.expand([batch, places?.numel ?? classes]));
    });
    if (typeof weight === "number") total += weight;
  }
  const everybody = speaking ?? total;
  if (average === "probabilities") {
    return { votes, total: everybody, probabilities: sums.div_(everybody) };
  }
  const mean = sums.div_(counts ?? everybody);
  // What nobody knows who speaks has no mean.
  if (counts !== null) mean.maskedFill_(counts.eq(0), -Infinity);
  return { votes, total: everybody, probabilities: mean.div_(temperature).softmax(1) };
}

/** What a voice adds to the mean. */
function partOf(own: Tensor, { average, temperature }: TallyOptions, dtype: DType): Tensor {
  if (average === "logits") return own;
  return (temperature === 1 ? own : own.div(temperature)).softmax(1, dtype);
}

/** Adds something (B, K) to the columns of K classes. */
function addAt(sums: Tensor, places: Tensor | null, part: Tensor): void {
  if (places === null) sums.add_(part);
  else sums.indexAdd_(1, places, part.to(sums.dtype));
}
