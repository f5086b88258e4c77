/**
 * A summary as a table.
 *
 * @module
 */

import { textWidth } from "../base/text.ts";
import type { SummaryRow } from "./summary_row.ts";

/** What the table says of a whole model. */
interface Counted {
  readonly rows: readonly SummaryRow[];
  readonly inputShape: readonly number[];
  readonly params: number;
  readonly trainable: number;
  readonly buffers: number;
  readonly flops: number;
  readonly activations: number;
}

const whole: Intl.NumberFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 1.81 G, 25.6 M, 4.10 k, 12. */
function short(count: number): string {
  for (const [unit, size] of [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) {
    if (count >= size) return `${(count / size).toPrecision(3)} ${unit}`;
  }
  return String(count);
}

/** The tree down to `depth`, then the totals. */
export function summaryTable(summary: Counted, depth: number): string {
  const head = ["Module", "Output", "Parameters", "Multiply-adds"];
  const lines = summary.rows.filter((row) => row.depth <= depth).map(cells);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => textWidth(line[column])))
  );
  const text = (line: readonly string[]): string =>
    line.map((cell, column) => {
      const space = " ".repeat(widths[column] - textWidth(cell));
      return column < 2 ? cell + space : space + cell;
    }).join("  ").trimEnd();
  const rule = "─".repeat(widths.reduce((a, b) => a + b) + 2 * (widths.length - 1));
  return [text(head), rule, ...lines.map(text), rule, ...totals(summary)].join("\n");
}

function cells(row: SummaryRow): string[] {
  const name = row.name.split(".").at(-1)!;
  return [
    "  ".repeat(row.depth) + (row.name === "" ? row.type : `${name} (${row.type})`),
    row.output === null ? "" : `[${row.output.join(", ")}]`,
    row.params === 0 ? "" : whole.format(row.params),
    row.flops === 0 ? "" : short(row.flops),
  ];
}

function totals(summary: Counted): string[] {
  const { params, trainable, buffers, flops, activations, inputShape } = summary;
  return [
    `Input: [${inputShape.join(", ")}]`,
    `Parameters: ${whole.format(params)}, of which trained: ${whole.format(trainable)}`,
    `Buffers: ${whole.format(buffers)} values`,
    `Multiply-adds: ${short(flops)} (convolutions, linear layers, matrix products, attention)`,
    `Activations: ${short(activations)} values (results of the same)`,
  ];
}
