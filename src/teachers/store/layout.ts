/**
 * How an entry of the store is cut into shards.
 *
 * @module
 */

import { dtypes } from "../../base/dtypes.ts";
import { ArgumentError } from "../../base/errors.ts";
import { rowParts } from "./row_parts.ts";
import type { EntrySizes, ShardPlace } from "./types.ts";

/** The most bytes of a shard, unless it would have fewer than `LEAST_IMAGES`. */
const SHARD_BYTES = 2 ** 25;
/** Batches are cut at multiples of this, so that what is computed does not depend on how shards are cut. */
export const LEAST_IMAGES = 1024;
/** The same for rows with patches, of which as many would take all memory: no fewer than are looked at at once by default. */
const LEAST_WITH_PATCHES = 128;
/** What an interrupted filling has to compute again at most. */
const MOST_IMAGES = 8192;
/** A small data set is cut into this many shards, if they are not too small: its shares are more even. */
const SOME_SHARDS = 8;
/** About what the head of a shard takes. */
const HEAD_BYTES = 352;

/** The bytes of an image's row. */
export function rowBytes(sizes: Omit<EntrySizes, "shardImages">): number {
  const numbers = rowParts(sizes).reduce((sum, { width }) => sum + width, 0);
  return numbers * dtypes[sizes.dtype].bytes;
}

/** How many images a shard gets: a power of two, so that shards of several teachers cover each other. */
export function chooseShardImages(sizes: Omit<EntrySizes, "shardImages">): number {
  const most = Math.min(SHARD_BYTES / rowBytes(sizes), sizes.images / SOME_SHARDS, MOST_IMAGES);
  const least = sizes.patches === undefined ? LEAST_IMAGES : LEAST_WITH_PATCHES;
  return Math.max(least, 2 ** Math.floor(Math.log2(most)));
}

/** Refuses a number of images that is no power of two. */
export function checkShardImages(count: number): void {
  if (count >= 1 && count <= 2 ** 24 && Number.isInteger(Math.log2(count))) return;
  throw new ArgumentError(`shardImages is a power of two, got ${count}.`);
}

/** How many shards a variant has. */
export function shardCount(sizes: Pick<EntrySizes, "images" | "shardImages">): number {
  return Math.ceil(sizes.images / sizes.shardImages);
}

/** The images of a shard: from `begin` to before `end`. */
export function shardRange(
  sizes: Pick<EntrySizes, "images" | "shardImages">,
  shard: number,
): { begin: number; end: number } {
  const begin = shard * sizes.shardImages;
  return { begin, end: Math.min(sizes.images, begin + sizes.shardImages) };
}

/** About how many bytes some shards take. */
export function shardBytes(sizes: EntrySizes, places: readonly ShardPlace[]): number {
  let bytes = 0;
  for (const { shard } of places) {
    const { begin, end } = shardRange(sizes, shard);
    bytes += (end - begin) * rowBytes(sizes) + HEAD_BYTES;
  }
  return bytes;
}

/** The places of all shards of an entry, variant after variant. */
export function shardPlaces(
  sizes: Pick<EntrySizes, "images" | "variants" | "shardImages">,
): ShardPlace[] {
  const shards = shardCount(sizes);
  const places: ShardPlace[] = [];
  for (let variant = 0; variant < sizes.variants; variant++) {
    for (let shard = 0; shard < shards; shard++) places.push({ variant, shard });
  }
  return places;
}

/** The folder of a variant's shards. */
export function variantFolder(folder: string, variant: number): string {
  return `${folder}/variant-${String(variant).padStart(2, "0")}`;
}

/** The file of a shard. */
export function shardPath(folder: string, { variant, shard }: ShardPlace): string {
  return `${variantFolder(folder, variant)}/${String(shard).padStart(5, "0")}.safetensors`;
}

/** The file that is locked by who computes a shard. */
export function claimPath(folder: string, { variant, shard }: ShardPlace): string {
  return `${variantFolder(folder, variant)}/${String(shard).padStart(5, "0")}.lock`;
}
