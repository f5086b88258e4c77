/**
 * How image files are read.
 *
 * @module
 */

import type { ImagePart } from "./image_part.ts";

/** An image that could not be decoded and was replaced by another. */
export interface SkippedImage {
  /** The image's index. */
  readonly index: number;
  /** The image's path, or its shard's path and its name in the shard. */
  readonly path: string;
  /** What is wrong with it. */
  readonly reason: string;
}

/** How image files are read. */
export interface ImageReadOptions {
  /**
   * Which part of each image is taken, and how large it becomes; by default the middle, 224 x 224, of
   * images whose shorter side was brought to 256.
   */
  part?: ImagePart;
  /**
   * How many threads decode; 0 for none but this one. By default one less than the processor has
   * cores, but at least 1 and at most 8. What comes out does not depend on it.
   */
  workers?: number;
  /**
   * What happens when an image cannot be read or decoded: an error (`"throw"`, the default), or
   * (`"skip"`) the next image of the dataset that can be decoded stands in for it, with its own label
   * and index, so that batches keep their size; it is called out with `onSkip` and counted in
   * `skipped`. A file that is cut short is only found out by a part that lies in what is missing.
   */
  onError?: "throw" | "skip";
  /** Called once for each image that is skipped; by default a warning names it, the first ten times. */
  onSkip?: (image: SkippedImage) => void;
  /**
   * Whether images are turned upright as their files say. False by default, as in torchvision, which leaves every
   * kind of file as its pixels lie, but for TIFF, which Pillow turns while reading; decoding takes longer with it.
   */
  orient?: boolean;
  /** Images of more pixels are refused before they are unpacked; 178,956,970 by default, as in Pillow. */
  maxPixels?: number;
  /**
   * After so many seconds an image is given up as one that cannot be decoded; 30 by default. A thread that it blocks is
   * replaced. A decoder that does not come back keeps a core busy until the process ends, but holds up nothing else;
   * with `workers: 0`, there is no other thread, and the process may have to be ended with `Deno.exit`.
   */
  timeLimit?: number;
}
