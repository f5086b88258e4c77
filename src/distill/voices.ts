/**
 * Who speaks in a vote on classes: each teacher, or those who know parts together, or those who are sure.
 *
 * @module
 */

import { constant } from "../torch/constants.ts";
import { zeros } from "../torch/creation.ts";
import type { DType } from "../torch/dtype.ts";
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
  /** The class of each image (B) that the voice votes for. */
  readonly choice: Tensor;
  /** How many times the voice counts: on all images, or on each (B, 1). */
  readonly weight: number | Tensor;
}

/** What one voice has to say, before it has chosen. */
type Knowledge = Pick<Voice, "logits" | "places">;

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
  const alone = logits.map((all, i): Knowledge => {
    const classes = known[i];
    if (classes === null) return { logits: () => all, places: null };
    const places = constant(classes, { dtype: "int64", device });
    return { logits: () => all.indexSelect(1, places), places };
  });
  const isPartial = alone.some(({ places }) => places !== null);
  if (isPartial && partial === "concatenated") {
    return concatenated(alone, known, logits[0].shape[1]);
  }
  if (isPartial && partial === "abstain") {
    return abstaining(alone, sumDType(logits[0].dtype), options);
  }
  return together(alone.map(always));
}

/** Each one's voice speaks for itself. */
function together(parts: readonly Part[]): Voices {
  return { voices: parts.map(({ voice }) => voice), parts };
}

/** The part of a teacher that speaks on all images. */
function always(own: Knowledge): Part {
  return { voice: voiceOf(own, 1), speaks: null };
}

/** Lets a voice choose. */
function voiceOf(own: Knowledge, weight: Voice["weight"]): Voice {
  const { logits, places } = own;
  const choice = scope(() => {
    const likeliest = logits().argmax(1);
    return places === null ? likeliest : places.indexSelect(0, likeliest);
  });
  return { ...own, choice, weight };
}

/**
 * Makes one voice of the teachers who know parts: one softmax over the union of their classes, as the official code of CFL joins teachers
 * (Luo et al. 2019); a class that several know has the mean of their logits. It counts as many times as its classes are
 * covered, `Σᵢ Kᵢ / |union|` (ours): once for teachers that share the classes out among them, twice for two that know the
 * same ones.
 */
function concatenated(
  alone: readonly Knowledge[],
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
  const places = constant(union, { dtype: "int64", device });
  const mean = sums.indexSelect(1, places).div_(counts.indexSelect(0, places));
  const joint = voiceOf({ logits: () => mean, places }, weight);
  const parts = alone.map((own): Part => {
    if (own.places === null) return always(own);
    const has = zeros([classes], { dtype: "bool", device }).indexFill_(0, own.places, 1);
    return { voice: joint, speaks: has.indexSelect(0, joint.choice) };
  });
  const others = parts.map(({ voice }) => voice).filter((voice) => voice !== joint);
  return { voices: [...others, joint], parts };
}

/** Lets teachers who know parts speak where they are sure; where nobody would, all do. */
function abstaining(
  alone: readonly Knowledge[],
  dtype: DType,
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
  return together(alone.map((own, i): Part => {
    const sure = speaks[i];
    if (sure === null) return always(own);
    return { voice: voiceOf(own, sure.to(dtype).unsqueeze(1)), speaks: sure };
  }));
}
