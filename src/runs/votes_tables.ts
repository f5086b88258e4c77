/**
 * What the votes of a shelf say, as tables.
 *
 * @module
 */

import { formatCount } from "../base/text.ts";
import type { LabelledFindings, VoteFindings } from "../distill/vote_findings.ts";
import type { Table } from "../report/table.ts";
import { pairsOf } from "./teacher_pairs.ts";
import type { ShelfVotes } from "./votes_found.ts";

/** The tables of a look at a shelf: the votes, what labels say about them, and features. */
export function votesTables(found: ShelfVotes): Table[] {
  const { votes, labelled, images } = found;
  return [
    ...(votes === null ? [] : [ofVotes(votes)]),
    ...(labelled === null ? [] : [ofLabels(labelled)]),
    ...(found.teachers.length > 1 ? [ofFeatures(found, images)] : []),
  ];
}

function ofVotes({ images, voters }: VoteFindings): Table {
  return {
    title: `Votes on ${formatCount(images)} images`,
    columns: [
      { title: "voter" },
      { title: "agrees with the pseudo class", kind: "percent" },
      { title: "by chance", kind: "percent" },
      { title: "with the others' vote", kind: "percent" },
      { title: "κ", kind: "number", digits: 2 },
      { title: "changes without it", kind: "percent" },
    ],
    rows: voters.map(({ teacher, agreement, chance, others, influence }) => [
      teacher,
      known(agreement),
      known(chance),
      known(others?.agreement),
      known(others?.kappa),
      influence,
    ]),
    note:
      "κ is agreement with the others' vote beyond chance, as a share of what is possible. What changes without a " +
      "voter are pseudo classes.",
  };
}

function ofLabels({ images, pseudoClass, mean, voters }: LabelledFindings): Table {
  const isPartial = voters.some(({ accuracy, accuracyOnKnown }) =>
    Math.abs(accuracy - accuracyOnKnown) > 1e-12
  );
  const alone = voters.length < 2;
  return {
    title: `Votes beside the labels of ${formatCount(images)} validation images`,
    columns: [
      { title: "who" },
      { title: "right", kind: "percent" },
      ...(isPartial ? [{ title: "of the classes that it knows", kind: "percent" as const }] : []),
      ...(alone ? [] : [
        { title: "pseudo class without it", kind: "number" as const },
        { title: "mean without it", kind: "number" as const },
        { title: "p", kind: "number" as const },
      ]),
    ],
    rows: [
      ...voters.map((
        { teacher, accuracy, accuracyOnKnown, pseudoClassWithout, meanWithout, p },
      ) => [
        teacher,
        known(accuracy),
        ...(isPartial ? [known(accuracyOnKnown)] : []),
        ...(alone ? [] : [points(pseudoClassWithout), points(meanWithout), p]),
      ]),
      ...[["pseudo class", pseudoClass], ["mean prediction", mean]].map(([who, right]) => ({
        cells: [who, right, ...Array<null>(Number(isPartial) + (alone ? 0 : 3)).fill(null)],
        strong: true,
      })),
    ],
    note: alone
      ? undefined
      : "Points by which more images are right without it, and how likely the pseudo classes are to " +
        "change so much by chance (sign test).",
  };
}

function ofFeatures({ teachers, cka }: ShelfVotes, images: number): Table {
  const names = teachers.map(({ name }) => name);
  const alike = pairsOf(names, cka);
  return {
    title: `Features on ${formatCount(images)} images`,
    columns: [
      { title: "teacher" },
      { title: "kind" },
      { title: "most like" },
      { title: "CKA", kind: "number", digits: 2 },
      { title: "mean CKA", kind: "number", digits: 2 },
    ],
    rows: teachers.map(({ name, kind }) => {
      const own = alike.filter(({ names }) => names.includes(name));
      const [nearest] = own;
      return [
        name,
        kind,
        nearest?.names.find((other) => other !== name) ?? null,
        nearest?.value ?? null,
        own.length === 0 ? null : own.reduce((sum, { value }) => sum + value, 0) / own.length,
      ];
    }),
    note:
      "CKA is 1 for features that are the same but for rotation and scale, 0 for those that have nothing in common.",
  };
}

/** Numbers that there are. */
const known = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/** A difference of shares in points. */
function points(difference: number | null): string | null {
  if (difference === null) return null;
  const text = (100 * Math.abs(difference)).toFixed(2);
  return `${Number(text) === 0 ? "±" : difference > 0 ? "+" : "−"}${text}`;
}
