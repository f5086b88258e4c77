/**
 * Learning curves of many runs in one chart.
 *
 * @module
 */

import type { Curve, CurvesBlock } from "./data.ts";
import { spread } from "./spread.ts";

/** The curve of one run. */
export interface RunCurve {
  /** The method, or whatever the runs of one line have in common. */
  method: string;
  /** Pairs of x and y, x ascending. Points that are not finite are left out. */
  points: readonly (readonly [x: number, y: number])[];
}

/** Options of {@linkcode methodCurves}. */
export interface MethodCurvesOptions extends Omit<CurvesBlock, "kind" | "series"> {
  /**
   * What the band shows: from the least seed to the largest, or one standard deviation to both sides (default
   * `"range"`).
   */
  band?: "range" | "deviation";
}

/** So many places along the horizontal axis suffice for a chart. */
const PLACES = 400;

/**
 * One chart of all runs: a line for each method, the mean over its runs, and a band around it. Between a run's points
 * its value lies on the straight line; beyond its last point a run counts no more. A method with one run has no band.
 */
export function methodCurves(runs: readonly RunCurve[], options: MethodCurvesOptions): CurvesBlock {
  const { band = "range", ...chart } = options;
  const methods = new Map<string, Point[][]>();
  for (const { method, points } of runs) {
    if (!methods.has(method)) methods.set(method, []);
    const usable = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
    if (usable.length > 0) methods.get(method)!.push(usable);
  }
  const series = Array.from(methods, ([name, curves]) => meanCurve(name, curves, band));
  return { kind: "curves", ...chart, series: series.filter(({ points }) => points.length > 0) };
}

type Point = readonly [x: number, y: number];

function meanCurve(name: string, curves: Point[][], kind: "range" | "deviation"): Curve {
  if (curves.length === 1) return { name, points: curves[0] };
  const xs = placesOf(curves);
  const columns = curves.map((points) => valuesAt(points, xs));
  const points: Point[] = [];
  const band: [number, number, number][] = [];
  xs.forEach((x, i) => {
    const values = columns.map((column) => column[i]).filter((value) => value !== undefined);
    const { mean, deviation } = spread(values);
    points.push([x, mean]);
    if (kind === "range") band.push([x, Math.min(...values), Math.max(...values)]);
    else band.push([x, mean - deviation, mean + deviation]);
  });
  return { name: `${name} (${curves.length} runs)`, points, band };
}

/** All places where a run has a point, or an even choice of them. */
function placesOf(curves: Point[][]): number[] {
  const set = new Set<number>();
  for (const points of curves) for (const [x] of points) set.add(x);
  const xs = [...set].sort((a, b) => a - b);
  if (xs.length <= PLACES) return xs;
  return Array.from(
    { length: PLACES },
    (_, i) => xs[Math.round(i * (xs.length - 1) / (PLACES - 1))],
  );
}

/** A run's values at ascending places, undefined outside of where it has points. */
function valuesAt(points: readonly Point[], xs: readonly number[]): (number | undefined)[] {
  let next = 0;
  return xs.map((x) => {
    while (next < points.length && points[next][0] < x) next++;
    if (next === points.length) return undefined;
    const [right, above] = points[next];
    if (right === x) return above;
    if (next === 0) return undefined;
    const [left, below] = points[next - 1];
    return below + (above - below) * (x - left) / (right - left);
  });
}
