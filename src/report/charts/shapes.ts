/** The shapes of points, which tell series apart where colors do not. @module */

import { type Html, html } from "../html.ts";
import { COLORS } from "./axes.ts";

/** A shape by ECharts' name, and as it is drawn in the legend. */
export interface PointShape {
  /** The name. */
  readonly symbol: "circle" | "triangle" | "rect" | "diamond";
  /** The outline, within a square of 14. */
  readonly path: string;
}

/** Shapes by ECharts' names. */
export const SHAPES: readonly PointShape[] = [
  { symbol: "circle", path: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z" },
  { symbol: "triangle", path: "M0 -5L5 5L-5 5z" },
  { symbol: "rect", path: "M-4.5 -4.5h9v9h-9z" },
  { symbol: "diamond", path: "M0 -6L5 0L0 6L-5 0z" },
];

/** What stands for a series of points in the legend. */
export function shapeMark({ path }: PointShape, index: number): Html {
  return html`
    <svg class="k${index % COLORS + 1}" viewBox="-7 -7 14 14" aria-hidden="true">
      <path fill="currentColor" d="${path}" />
    </svg>
  `;
}
