/**
 * Checks of a mobile network's table.
 *
 * @module
 */

import { ArgumentError } from "../../../base/errors.ts";
import { checkBlocks, checkCounts, checkFactors, checkParameterCount } from "../size_checks.ts";
import type { BlockRow, Stages } from "./rows.ts";

/** What a mobile network is made of. */
interface Table {
  readonly stem: { readonly width: number; readonly kernel?: number };
  readonly stages: Stages;
  readonly head: { readonly width: number };
  readonly numClasses: number;
}

/**
 * Checks the stem, rows and head of a mobile network, before memory is spent on them.
 *
 * @throws {ArgumentError} naming the model, what is wrong with it and the limit.
 */
export function checkTable(model: string, { stem, stages, head, numClasses }: Table): void {
  checkCounts(`${model}'s stem`, { width: stem.width, kernel: stem.kernel ?? 3 });
  checkCounts(`${model}'s head`, { width: head.width }, 0);
  if (stages.length === 0 || stages.some((rows) => rows.length === 0)) {
    throw new ArgumentError(`${model}: stages is empty, or one of them; give each at least a row.`);
  }
  const rows = stages.flat();
  for (const [i, row] of rows.entries()) checkRow(`${model}'s row ${i}`, row);
  checkBlocks(model, "stages", rows.reduce((sum, { depth }) => sum + depth, 0));
  const last = rows.at(-1)!.width;
  const features = head.width === 0 ? last : head.width;
  const count = parametersOf(rows, stem.width) + last * head.width + features * numClasses;
  checkParameterCount(model, count, { stages: "given", "head.width": head.width, numClasses });
}

function checkRow(name: string, row: BlockRow): void {
  const { width, depth, stride, kernel, startKernel = 0, groupSize = 1 } = row;
  checkCounts(name, { width, depth, stride, groupSize });
  checkCounts(name, { startKernel }, 0);
  for (const side of [kernel].flat()) checkCounts(name, { kernel: side }, 0);
  checkFactors(name, { expansion: row.expansion });
  if (row.attention) checkCounts(name, row.attention);
}

/** About how many values the parameters of all blocks have. */
function parametersOf(rows: readonly BlockRow[], stem: number): number {
  let [sum, before] = [0, stem];
  for (const { kind, width, depth, expansion, kernel } of rows) {
    const side = Math.max(1, ...[kernel].flat());
    const isFull = kind === "fused" || kind === "conv";
    const block = (from: number): number =>
      from * expansion * (isFull ? from * side ** 2 + width : from + width + side ** 2);
    sum += block(before) + (depth - 1) * block(width);
    before = width;
  }
  return sum;
}
