/**
 * What a store still lacks of what some teachers are to say.
 *
 * @module
 */

import { describeAll } from "./estimate.ts";
import type { FillOptions } from "./fill_options.ts";
import { claimPath, shardBytes, shardPlaces, shardRange } from "./layout.ts";
import { checkPart, sharesOf } from "./shares.ts";
import { isClaimed } from "./locks.ts";
import type { Store } from "./store.ts";
import type { EntryDescription, ShardPlace } from "./types.ts";

/** Images in a variant: from `begin` to before `end`. */
export interface ImageRange {
  /** The variant's number. */
  readonly variant: number;
  /** The first image. */
  readonly begin: number;
  /** The image after the last. */
  readonly end: number;
}

/** How much of an entry is there. */
export interface EntryStatus {
  /** The teacher's name. */
  readonly teacher: string;
  /** The entry's folder. */
  readonly folder: string;
  /** How many shards there are to be. */
  readonly shards: number;
  /** How many of them are missing. */
  readonly missingShards: number;
  /** How many of the missing ones a living process is computing. */
  readonly claimedShards: number;
  /** The bytes of what is missing. */
  readonly missingBytes: number;
  /** Which images are missing. */
  readonly missing: readonly ImageRange[];
}

/** How much of a share is there. */
export interface PartStatus {
  /** The share's number, from 0. */
  readonly index: number;
  /** How many shares there are. */
  readonly of: number;
  /** How many shards the share has. */
  readonly shards: number;
  /** How many of them are missing. */
  readonly missingShards: number;
}

/** What `fillStatus` tells. */
export interface FillStatus {
  /** Whether all is there. */
  readonly whole: boolean;
  /** By teachers, in their order. */
  readonly entries: readonly EntryStatus[];
  /** By shares, where their number was given. */
  readonly parts: readonly PartStatus[];
}

/**
 * Tells which teachers, images and shares a store lacks. Nothing is written, and what is there is not read: what
 * is damaged `Store.verify` finds.
 *
 * @param options As for `fill`; `parts` is how many shares to tell of; of none by default.
 * @throws {ArgumentError} if an option is not usable.
 * @throws {StoreError} if an entry that is there cannot be used.
 */
export async function fillStatus(
  store: Store,
  options: Omit<FillOptions, "part"> & { readonly parts?: number },
): Promise<FillStatus> {
  const { parts, ...rest } = options;
  if (parts !== undefined) checkPart({ index: 0, of: parts });
  const descriptions = await describeAll(store, rest);
  using held = new DisposableStack();
  const found = descriptions.map((description) => {
    const entry = store.find(description);
    if (entry === null) return null;
    return held.use(entry);
  });
  const sizes = descriptions.map((one, i): EntryDescription => found[i]?.file ?? one);
  const lacks = sizes.map((one, i) => found[i]?.missing() ?? shardPlaces(one));
  const entries = sizes.map((one, i): EntryStatus => ({
    teacher: one.teacher,
    folder: store.folderOf(one.key),
    shards: shardPlaces(one).length,
    missingShards: lacks[i].length,
    claimedShards:
      lacks[i].filter((place) => isClaimed(claimPath(store.folderOf(one.key), place))).length,
    missingBytes: shardBytes(one, lacks[i]),
    missing: rangesOf(one, lacks[i]),
  }));
  return {
    whole: lacks.every((places) => places.length === 0),
    entries,
    parts: parts === undefined ? [] : partsOf(sizes, lacks, parts),
  };
}

/** Neighbouring shards of a variant as ranges of images. */
function rangesOf(sizes: EntryDescription, places: readonly ShardPlace[]): ImageRange[] {
  const ranges: { variant: number; begin: number; end: number }[] = [];
  for (const { variant, shard } of places) {
    const { begin, end } = shardRange(sizes, shard);
    const last = ranges.at(-1);
    if (last?.variant === variant && last.end === begin) last.end = end;
    else ranges.push({ variant, begin, end });
  }
  return ranges;
}

function partsOf(
  sizes: readonly EntryDescription[],
  lacks: readonly (readonly ShardPlace[])[],
  of: number,
): PartStatus[] {
  const name = ({ variant, shard }: ShardPlace): string => `${variant} ${shard}`;
  const missing = lacks.map((places) => new Set(places.map(name)));
  return sharesOf(sizes, of).map((share, index) => {
    const shards = share.flatMap((places, entry) => places.map((place) => ({ entry, place })));
    const lost = shards.filter(({ entry, place }) => missing[entry].has(name(place)));
    return { index, of, shards: shards.length, missingShards: lost.length };
  });
}
