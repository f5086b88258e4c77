/**
 * Medians of what was measured, and what was not.
 *
 * @module
 */

import type { Latency, NotMeasured } from "./costs.ts";
import type { Measurement } from "./latencies.ts";

/** Median and quartiles, in milliseconds for an image. Several measurements of the same thing count as one. */
export function latencyOf(measurements: readonly Measurement[]): Latency[] {
  return grouped(measurements).flatMap((group): Latency[] => {
    const calls = group.flatMap(({ times }) => typeof times === "string" ? [] : times);
    if (calls.length === 0) return [];
    const [{ engine, batch, threads }] = group;
    const sorted = calls.toSorted((a, b) => a - b);
    const [lower, median, upper] = [0.25, 0.5, 0.75].map((share) =>
      quantile(sorted, share) / batch
    );
    return [{ engine, batch, threads, median, lower, upper, calls: calls.length }];
  });
}

/** What was left out, and why: an engine as a whole where one reason holds for all of it. */
export function notMeasured(measurements: readonly Measurement[]): NotMeasured[] {
  const left = grouped(measurements).flatMap((group) => {
    const why = group.map(({ times }) => times).find((times) => typeof times === "string");
    return why === undefined || latencyOf(group).length > 0 ? [] : [{ ...group[0], why }];
  });
  return [...Map.groupBy(left, ({ engine, why }) => `${engine} ${why}`).values()].map((same) => {
    const [{ engine, why }] = same;
    const all = grouped(measurements).filter(([one]) => one.engine === engine).length;
    const each = same.map(({ batch, threads }) =>
      `${batch} ${batch === 1 ? "image" : "images"}, ${threads} ${
        threads === 1 ? "thread" : "threads"
      }`
    );
    return { what: same.length === all ? engine : `${engine}: ${each.join("; ")}`, why };
  });
}

function grouped(measurements: readonly Measurement[]): Measurement[][] {
  const key = ({ engine, batch, threads }: Measurement) => `${engine} ${batch} ${threads}`;
  return [...Map.groupBy(measurements, key).values()];
}

/** A quantile of sorted values, between the two nearest ones. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}
