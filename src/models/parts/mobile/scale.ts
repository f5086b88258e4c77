/**
 * Growing and shrinking mobile networks.
 *
 * @module
 */

import { makeDivisible, roundToEven } from "../divisible.ts";
import type { BlockRow, Stages } from "./rows.ts";

/** How a network becomes larger or smaller (Tan and Le, EfficientNet, 2019, equation 3). */
export interface Scaling {
  /** By how much all widths grow; 1 by default. */
  readonly width?: number;
  /** By how much the depths of all stages grow, or of each stage; 1 by default. */
  readonly depth?: number | readonly number[];
  /** What widths are multiples of; 8 by default. */
  readonly divisor?: number;
  /** The least share of a width that is left by rounding; 0.9 by default. */
  readonly leastShare?: number;
  /** How depths that are not whole become so; up by default. */
  readonly rounding?: "up" | "nearest";
  /** Whether the first and the last stage keep their depths. */
  readonly keepsEnds?: boolean;
}

/** A width as it is scaled. */
export function scaleWidth(width: number, scaling: Scaling): number {
  return makeDivisible(width * (scaling.width ?? 1), scaling.divisor, scaling.leastShare);
}

/** The rows of a network as it is scaled. */
export function scaleStages(stages: Stages, scaling: Scaling): Stages {
  const { depth = 1, keepsEnds = false } = scaling;
  return stages.map((rows, i) => {
    const isEnd = i === 0 || i === stages.length - 1;
    const factor = typeof depth === "number" ? depth : depth[i];
    const depths = scaleDepths(rows, keepsEnds && isEnd ? 1 : factor, scaling.rounding);
    return rows.map((row, j): BlockRow => ({
      ...row,
      width: scaleWidth(row.width, scaling),
      depth: depths[j],
      ...(row.expandedFrom ? { expandedFrom: scaleWidth(row.expandedFrom, scaling) } : {}),
    }));
  });
}

/**
 * The rows of a network whose first block halves the map by space to depth; the first stage has four times the channels
 * then, and the second no stride (Li et al., Searching for fast model families on datacenter accelerators, 2021, section 4).
 */
export function withSpaceToDepth([[first], [second], ...others]: Stages): Stages {
  const width = 4 * first.width;
  const rest = (row: BlockRow): BlockRow[] =>
    row.depth > 1 ? [{ ...row, depth: row.depth - 1, stride: 1 }] : [];
  return [
    [{ ...first, width, depth: 1, stride: 2, spaceToDepth: true }, ...rest({ ...first, width })],
    [{ ...second, depth: 1, stride: 1, expansion: second.expansion / 4 }, ...rest(second)],
    ...others,
  ];
}

/** The depths of a stage's rows: their sum grows, and is shared out from the last row to the first. */
function scaleDepths(
  rows: readonly BlockRow[],
  factor: number,
  rounding: Scaling["rounding"],
): number[] {
  let before = rows.reduce((sum, { depth }) => sum + depth, 0);
  let after = rounding === "nearest"
    ? Math.max(1, roundToEven(before * factor))
    : Math.ceil(before * factor);
  return rows.toReversed().map(({ depth }) => {
    const scaled = Math.max(1, roundToEven(depth / before * after));
    before -= depth;
    after -= scaled;
    return scaled;
  }).reverse();
}
