/**
 * What filling a store takes and gives.
 *
 * @module
 */

import type { DescribeOptions } from "./describe.ts";
import type { PixelSource } from "../../data/pixel_source.ts";
import type { Part, StorableTeacher } from "./types.ts";

/** Options of `fill` and `estimateFill`. */
export interface FillOptions extends Omit<DescribeOptions, "store"> {
  /** Whose outputs are wanted. */
  teachers: readonly StorableTeacher[];
  /** What makes the images' pixels, such as a `Loader`. */
  pixels: PixelSource;
  /** How many images the teachers look at at once; 128 by default, at most 1024. It may change the last bits of outputs. */
  batchSize?: number;
  /**
   * Who is in memory: `"all"`, so that pixels are made once and shown to every teacher (default), or `"one"`, so that the
   * teachers work in turn, each over all images, and are released after it.
   */
  resident?: "all" | "one";
  /**
   * Fills a share of the shards: for several machines, each of which then reads a stretch of the images and asks all teachers
   * about it. All of them must be given the same teachers in the same order.
   */
  part?: Part;
  /** Whether shards that are there are read and compared with their checksums first; true by default. */
  verify?: boolean;
  /** Ends the work between two batches: its reason is thrown, and all finished shards stay. */
  signal?: AbortSignal;
  /** Says the size before, and shows a bar; false by default. */
  progress?: boolean;
  /** Called once before anything is computed. */
  onStart?: (estimate: FillEstimate) => void;
  /** Called after every batch with the number of outputs (images times teachers) that are done and of all. */
  onProgress?: (done: number, total: number) => void;
}

/** What a filling will take. */
export interface FillEstimate {
  /** The bytes of all shards of all teachers, those that are there too. */
  readonly bytes: number;
  /** The bytes of the shards that are missing from the part that is to be filled. */
  readonly missingBytes: number;
  /** How many shards are missing. */
  readonly missingShards: number;
  /** How many outputs are missing: images times teachers. */
  readonly missingOutputs: number;
  /** The free bytes of the disk; null if that is not known. */
  readonly freeBytes: number | null;
}

/** What a filling did. */
export interface Filled extends FillEstimate {
  /** How many shards this process computed. */
  readonly computed: number;
  /** How many shards were damaged and made anew. */
  readonly repaired: number;
  /** Who was filling the same part already, in words; null if nobody was, or there are no locks. */
  readonly beside: string | null;
  /** How many seconds it took. */
  readonly seconds: number;
}
