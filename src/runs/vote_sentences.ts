/**
 * What the votes of a shelf say, in plain words.
 *
 * @module
 */

import { formatCount, formatPercent } from "../base/text.ts";
import type { LabelledFindings, LabelledVoter, VoteFindings } from "../distill/vote_findings.ts";
import { groupsOf, type Pair, pairsOf } from "./teacher_pairs.ts";
import type { ShelfVotes } from "./votes_found.ts";

/** From this CKA on, features of two teachers say nearly the same; ours. */
const SAME_FEATURES = 0.9;
/** From this κ on, two voters say nearly the same; ours. */
const SAME_VOTES = 0.95;
/** Below this κ a vote is no better than chance; ours. */
const CHANCE = 0.05;
/** A change of the pseudo classes that is less likely by chance counts, corrected for the number of voters (Bonferroni). */
const SIGNIFICANT = 0.05;
/** So many names or pairs stand in one sentence. */
const MOST_NAMED = 6;

/** Which teachers agree, which say the same as another, who decides, and who harms. */
export function voteSentences(found: Omit<ShelfVotes, "sentences" | "folder">): string[] {
  const { votes, labelled, teachers, leftOut } = found;
  return [
    ...(votes === null
      ? ["No teacher votes on classes: only features are looked at."]
      : ofVotes(votes, teachers.length)),
    ...ofFeatures(found),
    ...(labelled === null ? [] : ofLabels(labelled)),
    ...(votes !== null && labelled === null
      ? ["Without labels nobody can tell who harms: give data.validation."]
      : []),
    ...Object.entries(leftOut).map(([name, reason]) => `${name} was left out: ${reason}`),
  ];
}

function ofVotes(
  { images, voters, pairs, ties, margin }: VoteFindings,
  teachers: number,
): string[] {
  const [first] = voters;
  if (voters.length === 1) {
    return [`Only ${first.teacher} votes, so that its class is the pseudo class of every image.`];
  }
  const names = voters.map(({ teacher }) => teacher);
  const kappas = pairs.map((row) => row.map(({ kappa }) => kappa));
  const alike = pairsOf(names, kappas);
  const kappa = ({ others }: typeof first) => others!.kappa;
  const stuck = voters.filter((_, i) => pairs[i][i].images > 0 && Number.isNaN(pairs[i][i].kappa));
  const strangers = voters.filter((voter) => kappa(voter) < CHANCE && !stuck.includes(voter));
  const same = groupsOf(names, kappas, SAME_VOTES);
  const sorted = voters.toSorted((a, b) => b.influence! - a.influence!);
  const [most, least] = [sorted[0], sorted.at(-1)!];
  return [
    `${voters.length} of ${teachers} teachers vote, here on ${
      formatCount(images)
    } images: the pseudo class leads by ` +
    `${formatPercent(margin.mean)} of the votes on average, and on ${
      formatPercent(ties)
    } of images several classes have most votes.`,
    ...extremes("The voters most alike are", alike, "κ"),
    ...(strangers.length > 0
      ? [
        `${named(strangers.map((one) => `${one.teacher} (κ ${two(kappa(one))})`))} ${
          strangers.length === 1 ? "agrees" : "agree"
        } with the others no more than chance has it: look at the order of its classes and at what its images are ` +
        `normalized by.`,
      ]
      : stuck.length > 0
      ? []
      : [`Every voter agrees with the others beyond chance.`]),
    ...(stuck.length > 0
      ? [
        `${named(stuck.map(({ teacher }) => teacher))} ${
          stuck.length === 1 ? "names" : "name"
        } one class only, whatever the image.`,
      ]
      : []),
    ...(same.length > 0
      ? [
        `More than one of these adds little but weight, as they vote nearly the same (κ from ${
          two(SAME_VOTES)
        } on): ${groups(same)}.`,
      ]
      : []),
    most.influence === least.influence
      ? `Without any one of them ${formatPercent(most.influence!)} of pseudo classes are others.`
      : `Most depends on ${most.teacher}: without it ${
        formatPercent(most.influence!)
      } of pseudo classes are others; ` +
        `least on ${least.teacher} (${formatPercent(least.influence!)}).`,
  ];
}

function ofFeatures({ teachers, cka }: Pick<ShelfVotes, "teachers" | "cka">): string[] {
  const names = teachers.map(({ name }) => name);
  const same = groupsOf(names, cka, SAME_FEATURES);
  if (same.length > 0) {
    return [
      `More than one of these adds little, as their features say nearly the same (CKA from ${
        two(SAME_FEATURES)
      } on): ${groups(same)}.`,
    ];
  }
  return extremes(
    "No two teachers' features say the same: most alike are",
    pairsOf(names, cka),
    "CKA",
  );
}

function ofLabels({ images, pseudoClass, mean, voters }: LabelledFindings): string[] {
  const best = voters.reduce((a, b) => b.accuracy > a.accuracy ? b : a);
  const right =
    `On ${formatCount(images)} validation images the pseudo class is right in ${
      formatPercent(pseudoClass)
    }, ` +
    `the mean prediction in ${formatPercent(mean)}`;
  if (voters.length === 1) return [`${right}.`];
  const changed = (sign: number) =>
    voters.filter(({ pseudoClassWithout: by, p }) =>
      Math.sign(by!) === sign && p! * voters.length < SIGNIFICANT
    ).toSorted((a, b) => Math.abs(b.pseudoClassWithout!) - Math.abs(a.pseudoClassWithout!));
  const [harm, help] = [changed(1), changed(-1)];
  const points = ({ teacher, pseudoClassWithout: by }: LabelledVoter) =>
    `${teacher} (${(100 * Math.abs(by!)).toFixed(2)} points)`;
  return [
    `${right}, the best voter, ${best.teacher}, in ${formatPercent(best.accuracy)}.`,
    harm.length > 0
      ? `Pseudo classes are right more often without ${
        named(harm.map(points), "or")
      }: beyond chance, ${harm.length === 1 ? "it harms" : "each of them harms"}.`
      : "No voter harms beyond chance: without none of them are pseudo classes right more often.",
    ...(help.length > 0
      ? [`Pseudo classes are right less often without ${named(help.map(points), "or")}.`]
      : []),
  ];
}

/** Who is alike most, and who least, after words that end with "most alike are". */
function extremes(words: string, alike: readonly Pair[], measure: string): string[] {
  if (alike.length === 0) return [];
  const [most, least] = [alike[0], alike.at(-1)!];
  const told = ({ names: [a, b], value }: Pair) => `${a} and ${b} (${measure} ${two(value)})`;
  return [`${words} ${told(most)}` + (alike.length > 1 ? `, least ${told(least)}.` : ".")];
}

const two = (value: number): string => value.toFixed(2);

/** Groups of names, one after the other. */
function groups(all: readonly (readonly string[])[]): string {
  return named(all.map((names) => named(names, "and", ", ")));
}

/** "a; b and c"; of many the first ones and how many more there are. */
function named(
  names: readonly string[],
  last: "and" | "or" = "and",
  between: ", " | "; " = "; ",
): string {
  const shown = names.length > MOST_NAMED
    ? [...names.slice(0, MOST_NAMED), `${names.length - MOST_NAMED} more`]
    : names;
  return shown.length === 1
    ? shown[0]
    : `${shown.slice(0, -1).join(between)} ${last} ${shown.at(-1)}`;
}
