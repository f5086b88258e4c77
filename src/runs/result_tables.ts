/**
 * Tables of what runs came to: models and their accuracy, in all, by class, over seeds.
 *
 * @module
 */

import { formatCount, formatPercent } from "../base/text.ts";
import { type VoteSummary, voteWarnings } from "../distill/mod.ts";
import type { Accuracy } from "../evaluation/mod.ts";
import type { Table, TableRow } from "../report/table.ts";
import type { KnownResult, ModelResult } from "./result.ts";
import { spread } from "../report/spread.ts";

/** What is told of a model's accuracy: by data set and the means, or all in one where there is one data set. */
function figuresOf(
  models: readonly ModelResult[],
): [title: string, pick: (accuracy: Accuracy) => number][] {
  const known = models.find(({ accuracy }) => accuracy !== null)?.accuracy;
  const datasets = Object.keys(known?.byDataset ?? {});
  if (datasets.length < 2) return [["accuracy", ({ overall }) => overall]];
  return [
    ...datasets.map((name): [string, (accuracy: Accuracy) => number] => [
      name,
      ({ byDataset }) => byDataset[name],
    ]),
    ["mean by data set", ({ meanByDataset }) => meanByDataset],
    ["mean by class", ({ meanByClass }) => meanByClass],
  ];
}

/** What is told of teachers who know some classes only; nothing where there are none. */
const KNOWN: readonly [title: string, pick: (known: KnownResult) => number | null][] = [
  ["on classes it knows", ({ accuracy }) => accuracy],
  ["their share of images", ({ share }) => share],
];

function knownFigures(models: readonly ModelResult[]): typeof KNOWN {
  return models.some(({ known }) => known) ? KNOWN : [];
}

/** All models and their accuracy on test images. */
export function modelTable(models: readonly ModelResult[]): Table {
  const figures = figuresOf(models);
  const ofKnown = knownFigures(models);
  return {
    title: "Accuracy on test images",
    columns: [
      { title: "model", kind: "text" },
      { title: "kind", kind: "text" },
      { title: "parameters", kind: "count" },
      ...[...figures, ...ofKnown].map(([title]) => ({ title, kind: "percent" as const })),
    ],
    rows: models.map(({ name, kind, parameters, accuracy, known }): TableRow => ({
      cells: [
        name,
        kind,
        parameters,
        ...figures.map(([, pick]) => accuracy === null ? null : pick(accuracy)),
        ...ofKnown.map(([, pick]) => known ? pick(known) : null),
      ],
      strong: kind === "student",
    })),
  };
}

/** The accuracy of every model on every class that it knows. */
export function classTable(models: readonly ModelResult[], classNames: readonly string[]): Table {
  const able = models.filter(({ accuracy }) => accuracy?.byClass.length === classNames.length);
  return {
    title: "Accuracy by class",
    columns: [
      { title: "class", kind: "text" },
      ...able.map(({ name }) => ({ title: name, kind: "percent" as const })),
    ],
    rows: classNames.map((name, c) => ({
      cells: [
        name,
        ...able.map(({ accuracy, known }) => {
          const value = accuracy!.byClass[c];
          const knows = known?.classes.includes(c) ?? true;
          return knows && Number.isFinite(value) ? value : null;
        }),
      ],
    })),
  };
}

/**
 * Mean and standard deviation of every model over seeds.
 *
 * @param seeds For each seed the models, the same ones in the same order.
 */
export function spreadTable(seeds: readonly (readonly ModelResult[])[]): Table {
  const figures = figuresOf(seeds[0]);
  const ofKnown = knownFigures(seeds[0]);
  const text = (values: readonly number[], kind: ModelResult["kind"]): string => {
    const { mean, deviation } = spread(values.map((value) => 100 * value));
    // Teachers that are the same ones for every seed have no deviation.
    if (kind !== "student" && values.every((value) => value === values[0])) return mean.toFixed(2);
    return `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
  };
  return {
    title: `Accuracy in % over ${seeds.length} seeds, mean ± standard deviation`,
    columns: [
      { title: "model", kind: "text" },
      { title: "kind", kind: "text" },
      ...[...figures, ...ofKnown].map(([title]) => ({ title, kind: "text" as const })),
    ],
    rows: seeds[0].map(({ name, kind, accuracy, known }, row): TableRow => ({
      cells: [
        name,
        kind,
        ...figures.map(([, pick]) =>
          accuracy === null ? "–" : text(seeds.map((models) => pick(models[row].accuracy!)), kind)
        ),
        ...ofKnown.map(([, pick]) => {
          const values = seeds.map((models) => models[row].known).map((one) =>
            one ? pick(one) : null
          );
          return known && values.every((value) => value !== null)
            ? text(values as number[], kind)
            : "–";
        }),
      ],
      strong: kind === "student",
    })),
  };
}

/** How the teachers voted, beside chance. */
export function voteTable(votes: VoteSummary): Table {
  const { images, consensus, pseudoClass, margin } = votes;
  const signs = new Map(consensus.map((one) => [one.teacher, one]));
  const classes = new Map(pseudoClass.map((one) => [one.teacher, one]));
  const isShuffled = consensus.some(({ shuffled }) => shuffled !== null);
  return {
    title: `Votes of the last epoch on ${
      formatCount(images)
    } images; mean lead of the pseudo class ${formatPercent(margin.mean)} of the votes`,
    columns: [
      { title: "teacher", kind: "text" },
      { title: "agrees with consensus sign", kind: "percent" },
      { title: "by chance", kind: "percent" },
      ...(isShuffled ? [{ title: "images shuffled", kind: "percent" as const }] : []),
      { title: "agrees with pseudo class", kind: "percent" },
      { title: "by chance", kind: "percent" },
    ],
    rows: [...new Set([...signs.keys(), ...classes.keys()])].map((teacher) => {
      const [sign, own] = [signs.get(teacher), classes.get(teacher)];
      return [
        teacher,
        sign?.agreement ?? null,
        sign?.chance ?? null,
        ...(isShuffled ? [sign?.shuffled ?? null] : []),
        own?.agreement ?? null,
        own?.chance ?? null,
      ];
    }),
    note: voteWarnings(votes).map(({ text }) => text).join(" ") || undefined,
  };
}
