/**
 * The tables of a study.
 *
 * @module
 */

import type { Table, TableRow } from "../report/table.ts";
import { modelTable, spreadTable } from "./result_tables.ts";
import type { Search } from "./search.ts";
import type { StudiedVariant, StudyResult } from "./studied.ts";
import { testTable } from "./test_table.ts";

/** Accuracies, paired tests against the first variant, chosen settings and all trials, as far as there are any. */
export function studyTables(
  { variants, models }: Pick<StudyResult, "variants" | "models">,
): readonly Table[] {
  const accuracies = models.length === 1 ? modelTable(models[0]) : spreadTable(models);
  return [
    accuracies,
    ...(variants.length > 1 ? [testTable(variants)] : []),
    ...settingTables(variants),
  ];
}

/** Chosen settings and all trials; none where nothing was tried. */
export function settingTables(variants: readonly StudiedVariant[]): readonly Table[] {
  const areTried = variants.some(({ trials }) => trials.length > 0);
  return areTried ? [chosenTable(variants), trialTable(variants)] : [];
}

function chosenTable(variants: readonly StudiedVariant[]): Table {
  return {
    title: "Settings that were chosen on validation images",
    columns: [
      { title: "method" },
      { title: "trials", kind: "count" },
      { title: "chosen" },
      { title: "validation", kind: "percent", digits: 2 },
    ],
    rows: variants.map(({ title, trials, chosen }) => [
      title,
      trials.length,
      words(chosen),
      trials.find(({ settings }) => settings === chosen)?.accuracy ?? null,
    ]),
    note: "The student's accuracy after the last epoch. Test images were not opened.",
  };
}

function trialTable(variants: readonly StudiedVariant[]): Table {
  return {
    title: "All trials",
    columns: [
      { title: "method" },
      { title: "settings" },
      { title: "validation", kind: "percent", digits: 2 },
    ],
    rows: variants.flatMap(({ title, trials, chosen }) =>
      trials.map(({ settings, accuracy, failure }): TableRow => ({
        cells: [title, failure === null ? words(settings) : `${words(settings)}: failed`, accuracy],
        strong: settings === chosen,
      }))
    ),
  };
}

/** All trials of one search, the best one set off. */
export function searchTable({ trials, best }: Search): Table {
  return {
    title: "Trials",
    columns: [{ title: "settings" }, { title: "validation", kind: "percent", digits: 2 }],
    rows: trials.map(({ settings, accuracy, failure }): TableRow => ({
      cells: [failure === null ? words(settings) : `${words(settings)}: failed`, accuracy],
      strong: settings === best.settings,
    })),
    note: `The best: ${words(best.settings)}.`,
  };
}

/** Settings as one reads them. */
function words(settings: readonly string[]): string {
  return settings.length === 0 ? "as it is" : settings.join(" ");
}
