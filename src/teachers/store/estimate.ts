/**
 * What is to be stored, and how much that is.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { describeEntry } from "./describe.ts";
import type { FillEstimate, FillOptions } from "./fill_options.ts";
import { LEAST_IMAGES, shardBytes, shardPlaces, shardRange } from "./layout.ts";
import { freeBytes } from "./room.ts";
import type { Store } from "./store.ts";
import type { EntryDescription, ShardPlace } from "./types.ts";

/** Checks the options of a filling, and describes the entries of its teachers. */
export async function describeAll(
  store: Store,
  options: FillOptions,
): Promise<EntryDescription[]> {
  const { teachers, pixels, batchSize = 128, resident = "all" } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1 || batchSize > LEAST_IMAGES) {
    throw new ArgumentError(
      `The batchSize of filling is a whole number from 1 to ${LEAST_IMAGES}, got ${batchSize}.`,
    );
  }
  if (resident !== "all" && resident !== "one") {
    throw new ArgumentError(`resident is "all" or "one", got ${JSON.stringify(resident)}.`);
  }
  if (teachers.length === 0) throw new ArgumentError("No teacher is given to fill the store with.");
  if (!(pixels.images > 0)) throw new ArgumentError("There is no image to ask the teachers about.");
  const descriptions: EntryDescription[] = [];
  for (const teacher of teachers) {
    descriptions.push(await describeEntry(teacher, pixels, { ...options, store }));
  }
  return descriptions;
}

/** What some missing shards of an entry take. */
export function estimateOf(
  store: Store,
  sizes: EntryDescription,
  missing: readonly ShardPlace[],
): FillEstimate {
  let missingOutputs = 0;
  for (const { shard } of missing) {
    const { begin, end } = shardRange(sizes, shard);
    missingOutputs += end - begin;
  }
  return {
    bytes: shardBytes(sizes, shardPlaces(sizes)),
    missingBytes: shardBytes(sizes, missing),
    missingShards: missing.length,
    missingOutputs,
    freeBytes: freeBytes(store.root),
  };
}

/** The sum of some estimates. */
export function together(parts: readonly FillEstimate[]): FillEstimate {
  const sum = (of: (part: FillEstimate) => number): number =>
    parts.reduce((all, part) => all + of(part), 0);
  return {
    bytes: sum((part) => part.bytes),
    missingBytes: sum((part) => part.missingBytes),
    missingShards: sum((part) => part.missingShards),
    missingOutputs: sum((part) => part.missingOutputs),
    freeBytes: parts[0].freeBytes,
  };
}
