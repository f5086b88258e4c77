/**
 * One demo with one seed or several: folders, tables, mean and spread.
 *
 * @module
 */

import { writeAtomic } from "../../base/files.ts";
import { say } from "../../base/progress.ts";
import { readTextFile } from "../../base/regular_files.ts";
import { RUN_FILES, RunFolder } from "../../runs/folder.ts";
import { formatTable, printTable, type Table } from "../../report/table.ts";
import * as torch from "../../torch/mod.ts";
import { accuracyFigures, type ModelResult } from "./report.ts";

/** What the command line says. */
export interface DemoCommandOptions {
  /** The seed, or the first of several. */
  seed: number;
  /** How many seeds. */
  seeds?: number;
  /** Where run folders go. */
  runs: string;
  /** The folder of an interrupted run. */
  resume?: string;
  /** Trains teachers anew. */
  fresh?: boolean;
  /** Threads of one operator. */
  threads?: number;
  /** Stops after the step at hand. */
  signal: AbortSignal;
}

/** One run: takes its folder and config, returns the rows of its table. */
export type RunOnce<C> = (folder: RunFolder, config: C) => Promise<ModelResult[]>;

/** Runs a demo as the command line asks for it. */
export async function runSeeds<C extends { seed: number }>(
  name: string,
  options: DemoCommandOptions,
  config: C,
  once: RunOnce<C>,
): Promise<void> {
  if (options.threads) torch.setNumThreads(options.threads);
  if (options.resume !== undefined) {
    const folder = await RunFolder.open(options.resume);
    await once(folder, JSON.parse(await readTextFile(folder.path(RUN_FILES.config))));
    return;
  }
  const all: ModelResult[][] = [];
  for (let i = 0; i < (options.seeds ?? 1); i++) {
    const own = { ...config, seed: options.seed + i };
    const folder = await RunFolder.create(options.runs, name);
    await folder.writeJson(RUN_FILES.config, own);
    if (options.seeds) say(`Seed ${own.seed} (${i + 1} of ${options.seeds})`);
    all.push(await once(folder, own));
  }
  if (all.length > 1) {
    const table = spreadTable(all);
    printTable(table);
    await writeAtomic(`${options.runs}/${name}-seeds.txt`, formatTable(table) + "\n");
  }
}

/** Mean and standard deviation (of the sample) of each model over the seeds. */
export function spreadTable(runs: readonly ModelResult[][]): Table {
  const datasets = Object.keys(runs[0].find((m) => m.accuracy !== null)!.accuracy!.byDataset);
  const text = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, v) => a + (v - mean) ** 2, 0) / (values.length - 1);
    return `${(100 * mean).toFixed(2)} ± ${(100 * Math.sqrt(variance)).toFixed(2)}`;
  };
  const figures = accuracyFigures(datasets);
  return {
    title: `Accuracy in % over ${runs.length} seeds, mean ± standard deviation`,
    columns: [
      { title: "model", kind: "text" },
      { title: "kind", kind: "text" },
      ...figures.map(([title]) => ({ title, kind: "text" as const })),
    ],
    rows: runs[0].map((model, row) => ({
      cells: [
        model.name,
        model.kind,
        ...figures.map(([, pick]) =>
          model.accuracy === null ? "–" : text(runs.map((models) => pick(models[row].accuracy!)))
        ),
      ],
      strong: model.kind === "student",
    })),
  };
}
