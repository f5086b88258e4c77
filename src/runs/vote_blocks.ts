/**
 * Pictures of votes that reports share.
 *
 * @module
 */

import type { HeatmapBlock, HistogramBlock } from "../report/mod.ts";

/**
 * On how many of their images each two voters chose the same class, as a map. Everybody agrees with itself: that is left out,
 * so that colors tell the others apart.
 */
export function agreementMap(
  names: readonly string[],
  alike: readonly (readonly (number | null)[])[],
): HeatmapBlock {
  return {
    kind: "heatmap",
    title: "Images on which two voters chose the same class",
    corner: "voter",
    columns: names,
    rows: names,
    values: alike.map((row, i) => row.map((value, j) => i === j ? null : value)),
    percent: true,
  };
}

/** How far the pseudo class is ahead, from the shares of images in bins from 0 to 1. */
export function marginHistogram(shares: readonly number[], images: number): HistogramBlock {
  return {
    kind: "histogram",
    title: "Vote margin",
    x: "lead of the pseudo class, as a share of the votes",
    y: "images",
    edges: shares.map((_, i) => i / shares.length).concat(1),
    counts: shares.map((share) => Math.round(share * images)),
  };
}
