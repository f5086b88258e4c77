/**
 * The shares of a filling: who asks which teachers about which images.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { shardPlaces, shardRange } from "./layout.ts";
import type { EntrySizes, Part, ShardPlace } from "./types.ts";

/** A shard on its way into a share. */
interface Piece {
  /** The number of its entry. */
  readonly entry: number;
  readonly place: ShardPlace;
  /** How many images it has. */
  readonly images: number;
}

/**
 * The shards of several entries that a share is. All shares together are all shards, each once.
 *
 * What is shared is a line of shards in the order of variants and blocks of images, teacher after teacher within a block: a
 * share is a stretch of it. So each machine reads a stretch of the images and no more, all have as much to do whichever teachers are
 * large, and where there are fewer blocks than machines these divide the teachers.
 *
 * @param sizes How the entries are cut, in the order that all machines have them in.
 * @returns For each entry its shards of the share.
 * @throws {ArgumentError} if the part is none, such as 2 of 2.
 */
export function shareOf(
  sizes: readonly EntrySizes[],
  part: Part = { index: 0, of: 1 },
): ShardPlace[][] {
  checkPart(part);
  const share = sizes.map((): ShardPlace[] => []);
  dealOut(sizes, part.of, (owner, entry, place) => {
    if (owner === part.index) share[entry].push(place);
  });
  return share;
}

/** All shares as {@linkcode shareOf} has them: by shares, then by entries. */
export function sharesOf(sizes: readonly EntrySizes[], of: number): ShardPlace[][][] {
  checkPart({ index: 0, of });
  const shares = Array.from({ length: of }, () => sizes.map((): ShardPlace[] => []));
  dealOut(sizes, of, (owner, entry, place) => shares[owner][entry].push(place));
  return shares;
}

/** Tells of each shard whose it is. */
function dealOut(
  sizes: readonly EntrySizes[],
  of: number,
  give: (owner: number, entry: number, place: ShardPlace) => void,
): void {
  const line = lineOf(sizes);
  const total = line.reduce((sum, { images }) => sum + images, 0);
  let before = 0;
  for (const { entry, place, images } of line) {
    // A shard is of the share that its middle lies in: whole numbers, so that all machines agree.
    give(Math.floor(of * (2 * before + images) / (2 * total)), entry, place);
    before += images;
  }
}

/** All shards in the order in which they are shared. */
function lineOf(sizes: readonly EntrySizes[]): Piece[] {
  const block = blockOf(sizes);
  const variants = Math.max(0, ...sizes.map((one) => one.variants));
  const blocks = Math.max(0, ...sizes.map(({ images }) => Math.ceil(images / block)));
  const pieces: Piece[][] = Array.from({ length: variants * blocks }, () => []);
  for (const [entry, one] of sizes.entries()) {
    for (const place of shardPlaces(one)) {
      const { begin, end } = shardRange(one, place.shard);
      const at = place.variant * blocks + Math.floor(begin / block);
      pieces[at].push({ entry, place, images: end - begin });
    }
  }
  return pieces.flat();
}

/** How many images a block has: as many as the largest shard. */
export function blockOf(sizes: readonly Pick<EntrySizes, "shardImages">[]): number {
  return Math.max(1, ...sizes.map(({ shardImages }) => shardImages));
}

/**
 * Refuses a part that is none.
 *
 * @throws {ArgumentError} if it is, such as 2 of 2.
 */
export function checkPart({ index, of }: Part): void {
  const whole = Number.isSafeInteger(index) && Number.isSafeInteger(of);
  if (whole && index >= 0 && index < of && of <= MOST_PARTS) return;
  throw new ArgumentError(
    `A part is number 0 to n - 1 of n, at most ${MOST_PARTS}, such as { index: 0, of: 2 }; got ${index} of ${of}.`,
  );
}

/** More shares than there are machines anywhere; their products with images stay exact. */
const MOST_PARTS = 100_000;
