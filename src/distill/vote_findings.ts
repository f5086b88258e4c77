/**
 * What votes say about those who cast them.
 *
 * @module
 */

import { type Agreement, agreementOf } from "../evaluation/kappa.ts";
import { signTest } from "../evaluation/sign_test.ts";
import { ShapeError } from "../base/errors.ts";
import type { Ballots } from "./ballots.ts";
import { ClassChances } from "./class_chances.ts";

/** What votes say about one voter. */
export interface VoterFindings {
  /** The teacher's name. */
  readonly teacher: string;
  /** On how many images it voted. */
  readonly images: number;
  /** The share of these on which its class was the pseudo class. */
  readonly agreement: number;
  /** What this comes to where all vote at random; see `ClassChances`. */
  readonly chance: number;
  /** The agreement with the pseudo class of the others; null for a voter that is alone. */
  readonly others: Agreement | null;
  /** The share of all images whose pseudo class is another one without it; null for a voter that is alone. */
  readonly influence: number | null;
}

/** What votes say, without a label. Shares are from 0 to 1, NaN where there is no image. */
export interface VoteFindings {
  /** How many images were voted on. */
  readonly images: number;
  /** The voters, in the shelf's order. */
  readonly voters: readonly VoterFindings[];
  /** How each two voters agree, row after row. */
  readonly pairs: readonly (readonly Agreement[])[];
  /** The share of images on which several classes had most votes. */
  readonly ties: number;
  /** How far the pseudo class was ahead of the next, as a share of the votes. */
  readonly margin: {
    /** The mean over the images. */
    readonly mean: number;
    /** The share of images in ten equal bins from 0 to 1. */
    readonly histogram: readonly number[];
  };
}

/** What labels say about one voter. */
export interface LabelledVoter {
  /** The teacher's name. */
  readonly teacher: string;
  /** The share of the images that it voted on for which it is right; NaN if there are none. */
  readonly accuracy: number;
  /** The same of images whose class it knows. */
  readonly accuracyOnKnown: number;
  /** By how much more of the images the pseudo class is right without it; below 0 where it helps, null for a voter that is alone. */
  readonly pseudoClassWithout: number | null;
  /** The same of the mean prediction's likeliest class. */
  readonly meanWithout: number | null;
  /** How likely the pseudo class is to change so much or more by chance (`signTest`). */
  readonly p: number | null;
}

/** What labels say about votes; for evaluation only. */
export interface LabelledFindings {
  /** How many images there are. */
  readonly images: number;
  /** The share for which the pseudo class is right. */
  readonly pseudoClass: number;
  /** The share for which the mean prediction's likeliest class is right: what a vote is compared with. */
  readonly mean: number;
  /** The voters, in the shelf's order. */
  readonly voters: readonly LabelledVoter[];
}

/** Ten equal bins from 0 to 1. */
const BINS = 10;

/**
 * What votes say, without a label: how each teacher agrees with the vote, with the vote of the others and with each of them,
 * what chance would give, and whose vote decides something.
 */
export function voteFindings(ballots: Ballots): VoteFindings {
  const { voters, images, choices, pseudoClass, margin, without } = ballots;
  const chances = chancesOf(ballots);
  const isAlone = voters.length < 2;
  const pairs: Agreement[][] = voters.map(() => []);
  for (let i = 0; i < voters.length; i++) {
    for (let j = i; j < voters.length; j++) {
      pairs[i][j] = pairs[j][i] = agreementOf(choices[i], choices[j]);
    }
  }
  const histogram = new Array<number>(BINS).fill(0);
  for (const lead of margin) {
    // 7 of 10 votes are 0.69999999 in float32.
    histogram[Math.min(BINS - 1, Math.floor(BINS * lead + 1e-5))] += 1 / images;
  }
  return {
    images,
    voters: voters.map((teacher, i) => ({
      teacher,
      ...asked(choices[i], pseudoClass),
      chance: chances[i],
      others: isAlone ? null : agreementOf(choices[i], without[i].pseudoClass),
      influence: isAlone
        ? null
        : shareOf(images, (k) => without[i].pseudoClass[k] !== pseudoClass[k]),
    })),
    pairs,
    ties: shareOf(images, (k) => margin[k] === 0 && choices.some((own) => own[k] >= 0)),
    margin: { mean: shareOf(images, (k) => margin[k]), histogram },
  };
}

/**
 * What labels say about votes: how often the vote, the mean prediction and each teacher are right, and how often the first two
 * would be without it.
 *
 * @param labels The class of each image.
 * @throws {ShapeError} if there is not one label for each image.
 */
export function labelledFindings(ballots: Ballots, labels: ArrayLike<number>): LabelledFindings {
  const { voters, images, choices, known } = ballots;
  if (labels.length !== images) {
    throw new ShapeError(`${images} images were voted on, and there are ${labels.length} labels.`);
  }
  const isRight = (classes: Int32Array) => (k: number) => classes[k] === labels[k];
  const pseudoClass = shareOf(images, isRight(ballots.pseudoClass));
  const mean = shareOf(images, isRight(ballots.meanClass));
  return {
    images,
    pseudoClass,
    mean,
    voters: voters.map((teacher, i) => {
      const voted = (k: number) => choices[i][k] >= 0;
      const knows = new Set(known[i] ?? []);
      const onKnown = (k: number) => voted(k) && (known[i] === null || knows.has(labels[k]));
      const accuracy = shareOf(images, isRight(choices[i]), voted);
      const accuracyOnKnown = shareOf(images, isRight(choices[i]), onKnown);
      if (voters.length < 2) {
        return {
          teacher,
          accuracy,
          accuracyOnKnown,
          ...{ pseudoClassWithout: null, meanWithout: null, p: null },
        };
      }
      const [withIt, withoutIt] = [ballots.pseudoClass, ballots.without[i].pseudoClass].map(
        isRight,
      );
      const gained = count(images, (k) => withoutIt(k) && !withIt(k));
      const lost = count(images, (k) => withIt(k) && !withoutIt(k));
      return {
        teacher,
        accuracy,
        accuracyOnKnown,
        pseudoClassWithout: (gained - lost) / images,
        meanWithout: shareOf(images, isRight(ballots.without[i].meanClass)) - mean,
        p: signTest(gained, lost),
      };
    }),
  };
}

/** Each voter's mean chance over the images that it voted on, by how many voted on each. */
function chancesOf(ballots: Ballots): number[] {
  const { voters, images, choices } = ballots;
  const chances = new ClassChances(voters.length, ballots);
  const turnout = Int32Array.from(
    { length: images },
    (_, k) => choices.reduce((sum, own) => sum + Number(own[k] >= 0), 0),
  );
  return voters.map((_, i) =>
    shareOf(images, (k) => chances.of(i, turnout[k]), (k) => choices[i][k] >= 0)
  );
}

/** On how many images somebody voted, and the share of them on which it was for the class of `others`. */
function asked(own: Int32Array, others: Int32Array): { images: number; agreement: number } {
  const voted = (k: number) => own[k] >= 0;
  return {
    images: count(own.length, voted),
    agreement: shareOf(own.length, (k) => own[k] === others[k], voted),
  };
}

function count(images: number, counts: (image: number) => boolean): number {
  let sum = 0;
  for (let k = 0; k < images; k++) sum += Number(counts(k));
  return sum;
}

/** The mean of something over the images, or over those that `counts` names. */
function shareOf(
  images: number,
  value: (image: number) => boolean | number,
  counts: (image: number) => boolean = () => true,
): number {
  let [sum, all] = [0, 0];
  for (let k = 0; k < images; k++) {
    if (!counts(k)) continue;
    sum += Number(value(k));
    all++;
  }
  return sum / all;
}
