/**
 * Tables of what the models of a run cost.
 *
 * @module
 */

import { formatBytes } from "../base/text.ts";
import type { Table, TableColumn, TableRow } from "../report/table.ts";
import type { Latency, ModelCosts, RunCosts } from "./costs.ts";
import { engineText, latencyIn, msText, threadsText } from "./costs_text.ts";

/** Tables of what the models of a run cost: sizes, latencies, and what is not known if there is such a thing. */
export function costsTables(costs: RunCosts): Table[] {
  return [sizeTable(costs), latencyTable(costs), ...missingTable(costs)];
}

function sizeTable({ models }: RunCosts): Table {
  return {
    title: "Size",
    columns: [
      { title: "model" },
      { title: "architecture" },
      { title: "parameters", kind: "count" },
      { title: "multiply-adds an image", kind: "number" },
      { title: "its image", kind: "number" },
      { title: "file", kind: "number" },
      { title: "accuracy", kind: "percent" },
    ],
    rows: models.map((model): TableRow => {
      const { name, architecture, parameters, multiplyAdds, imageShape, bytes, accuracy } = model;
      return row(model, [
        name,
        architecture,
        parameters,
        multiplyAdds === null ? null : shortCount(multiplyAdds),
        imageShape === null ? null : imageShape.join(" × "),
        bytes === null ? null : formatBytes(bytes),
        accuracy,
      ]);
    }),
    note:
      "Multiply-adds are those of convolutions, linear layers, products of matrices and attention.",
  };
}

function latencyTable({ models, batches, threads }: RunCosts): Table {
  const cells = threads.flatMap((threads) => batches.map((batch) => ({ batch, threads })));
  return {
    title: "Latency in ms an image: the median, and the quartiles",
    columns: [
      { title: "model" },
      { title: "run by" },
      ...cells.map(({ batch, threads }): TableColumn => ({
        title: `${batch} ${batch === 1 ? "image" : "images"}, ${threadsText(threads)}`,
        kind: "number",
      })),
    ],
    rows: models.flatMap((model) =>
      (["libtorch", "onnxruntime"] as const).map((engine): TableRow =>
        row(model, [
          model.name,
          engineText(engine),
          ...cells.map((cell) => latencyText(latencyIn(model, { engine, ...cell }))),
        ])
      )
    ),
    ...(isUnsteady(models) && {
      note:
        "Some quartiles are far apart: other work ran on this machine. Measure again when it is idle.",
    }),
  };
}

/** Whether a quarter of some model's calls took so much longer than another quarter that its median says little. */
function isUnsteady(models: readonly ModelCosts[]): boolean {
  return models.some(({ latencies }) => latencies.some(({ lower, upper }) => upper > 1.5 * lower));
}

function missingTable({ models }: RunCosts): Table[] {
  const rows = models.flatMap(({ name, missing }) =>
    missing.map(({ what, why }) => [name, what, why])
  );
  if (rows.length === 0) return [];
  return [{
    title: "What is not known",
    columns: [{ title: "model" }, { title: "what" }, { title: "why" }],
    rows,
  }];
}

function row({ kind }: ModelCosts, cells: TableRow["cells"]): TableRow {
  return { cells, strong: kind === "student" };
}

/** The median with three significant digits, the quartiles with two: `0.0412 (0.041–0.043)`. */
function latencyText(latency: Latency | undefined): string | null {
  if (latency === undefined) return null;
  const { median, lower, upper } = latency;
  return `${msText(median)} (${msText(lower, 2)}–${msText(upper, 2)})`;
}

function shortCount(count: number): string {
  for (const [unit, size] of [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) {
    if (count >= size) return `${(count / size).toPrecision(3)} ${unit}`;
  }
  return String(count);
}
