/**
 * Who speaks in a vote on classes: each teacher, or those who know parts together, or those who are sure.
 *
 * @module
 */

import { tensor, zeros } from "../torch/creation.ts";
import { stack } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { type Confidence, confidenceOf } from "./confidence.ts";
import type { PartialRule } from "./partial_rules.ts";
import { sumDType } from "./upcast.ts";

/** One voice of a vote. */
export interface Voice {
  /** The logits (B, K) at the classes that the voice knows. */
  readonly logits: () => Tensor;
  /** The numbers of these K classes, int64; null for all. */
  readonly places: Tensor | null;
  /** How many times the voice counts: on all images, or on each (B, 1). */
  readonly weight: number | Tensor;
}

/** The part of one teacher in a vote. */
export interface Part {
  /** The voice that speaks for it. */
  readonly voice: Voice;
  /** The images on which it speaks (B), bool; null for all. */
  readonly speaks: Tensor | null;
}

/** Who speaks, and the part of each teacher in it. */
export interface Voices {
  readonly voices: readonly Voice[];
  readonly parts: readonly Part[];
}

/** How the teachers who know some classes only speak. */
export interface VoiceOptions {
  readonly partial: PartialRule;
  readonly confidence: Confidence;
  /** The confidence below which a teacher abstains: one number, or (N). */
  readonly threshold: number | Tensor;
}

/**
 * The voices of some teachers.
 *
 * @param logits Their logits (B, C) each.
 * @param known The classes that each one knows; null for all.
 */
export function voicesOf(
  logits: readonly Tensor[],
  known: readonly (readonly number[] | null)[],
  options: VoiceOptions,
): Voices {
  const { partial } = options;
  const { device } = logits[0];
  const alone = logits.map((all, i): Voice => {
    const classes = known[i];
    if (classes === null) return { logits: () => all, places: null, weight: 1 };
    const places = tensor(classes, { dtype: "int64", device });
    return { logits: () => all.indexSelect(1, places), places, weight: 1 };
  });
  const isPartial = alone.some(({ places }) => places !== null);
  if (isPartial && partial === "concatenated") {
    return concatenated(alone, known, logits[0].shape[1]);
  }
  if (isPartial && partial === "abstain") return abstaining(alone, options);
  return { voices: alone, parts: alone.map((voice) => ({ voice, speaks: null })) };
}

/** The class of each image (B) that a voice votes for. */
export function choiceOf({ logits, places }: Voice): Tensor {
  return scope(() => {
    const own = logits().argmax(1);
    return places === null ? own : places.indexSelect(0, own);
  });
}

/**
 * Makes one voice of the teachers who know parts: one softmax over the union of their classes, as the official code of CFL joins teachers
 * (Luo et al. 2019); a class that several know has the mean of their logits. It counts as many times as its classes are
 * covered, `Σᵢ Kᵢ / |union|` (ours): once for teachers that share the classes out among them, twice for two that know the
 * same ones.
 */
function concatenated(
  alone: readonly Voice[],
  known: readonly (readonly number[] | null)[],
  classes: number,
): Voices {
  const lists = known.filter((own) => own !== null);
  const union = [...new Set(lists.flat())].sort((a, b) => a - b);
  const weight = lists.reduce((sum, { length }) => sum + length, 0) / union.length;
  const several = alone.filter(({ places }) => places !== null);
  const first = several[0].logits();
  const { device } = first;
  const as = { dtype: sumDType(first.dtype), device };
  const sums = zeros([first.shape[0], classes], as);
  const counts = zeros([classes], as);
  for (const { logits, places } of several) {
    scope(() => {
      const own = logits().to(as.dtype);
      sums.indexAdd_(1, places!, own);
      counts.indexAdd_(0, places!, own.newOnes([own.shape[1]]));
    });
  }
  const places = tensor(union, { dtype: "int64", device });
  const mean = sums.indexSelect(1, places).div_(counts.indexSelect(0, places));
  const joint: Voice = { logits: () => mean, places, weight };
  const choice = choiceOf(joint);
  const parts = alone.map((voice): Part => {
    if (voice.places === null) return { voice, speaks: null };
    const has = zeros([classes], { dtype: "bool", device }).indexFill_(0, voice.places, 1);
    return { voice: joint, speaks: has.indexSelect(0, choice) };
  });
  return { voices: [...alone.filter(({ places }) => places === null), joint], parts };
}

/** Lets teachers who know parts speak where they are sure; where nobody would, all do. */
function abstaining(
  alone: readonly Voice[],
  { confidence, threshold }: VoiceOptions,
): Voices {
  let speaks = alone.map(({ logits, places }, i) => {
    if (places === null) return null;
    const least = typeof threshold === "number" ? threshold : threshold.select(0, i);
    // Whoever has no threshold speaks: nothing is below NaN.
    return scope(() => confidenceOf(logits(), confidence).lt(least).logicalNot());
  });
  if (speaks.every((one) => one !== null)) {
    const silent = stack(speaks).any(0).logicalNot();
    speaks = speaks.map((one) => one!.logicalOr(silent));
  }
  const parts = alone.map((voice, i): Part => {
    const own = speaks[i];
    if (own === null) return { voice, speaks: null };
    const dtype = sumDType(voice.logits().dtype);
    return { voice: { ...voice, weight: own.to(dtype).unsqueeze(1) }, speaks: own };
  });
  return { voices: parts.map(({ voice }) => voice), parts };
}
