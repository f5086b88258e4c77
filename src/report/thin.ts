/** Fewer points for a chart that is only some hundred pixels wide. @module */

/** A point of a curve. */
export type Point = readonly [x: number, y: number];

/**
 * At most `count` points with the shape kept, peaks included: largest triangle, three buckets
 * (Steinarsson 2013). First and last point stay.
 */
export function thin(points: readonly Point[], count: number): readonly Point[] {
  if (points.length <= count || count < 3) return points;
  const kept: Point[] = [points[0]];
  const size = (points.length - 2) / (count - 2);
  let last = points[0];
  for (let i = 0; i < count - 2; i++) {
    const from = Math.floor(i * size) + 1;
    const to = Math.floor((i + 1) * size) + 1;
    const next = points.slice(to, Math.min(points.length, Math.floor((i + 2) * size) + 1));
    const meanX = next.reduce((sum, [x]) => sum + x, 0) / next.length;
    const meanY = next.reduce((sum, [, y]) => sum + y, 0) / next.length;
    let best = points[from];
    let bestArea = -1;
    for (let k = from; k < to; k++) {
      const [x, y] = points[k];
      const area = Math.abs((last[0] - meanX) * (y - last[1]) - (last[0] - x) * (meanY - last[1]));
      if (area > bestArea) {
        bestArea = area;
        best = points[k];
      }
    }
    kept.push(best);
    last = best;
  }
  kept.push(points[points.length - 1]);
  return kept;
}

/** Each point's mean with its neighbors, over `window` points, fewer at the ends. */
export function smooth(points: readonly Point[], window: number): Point[] {
  const half = Math.floor(window / 2);
  const sums = [0];
  for (const [, y] of points) sums.push(sums[sums.length - 1] + y);
  return points.map(([x], i): Point => {
    // The same reach to both sides, or the ends of a slope would be pulled inwards.
    const reach = Math.min(half, i, points.length - 1 - i);
    return [x, (sums[i + reach + 1] - sums[i - reach]) / (2 * reach + 1)];
  });
}
