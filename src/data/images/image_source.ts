/**
 * Where the image files of a dataset are.
 *
 * @module
 */

import type { ImageBytes } from "./image_bytes.ts";

/** Image files by number. */
export interface ImageSource {
  /** How many there are. */
  readonly length: number;
  /** Where the bytes of an image are. */
  bytes(image: number): ImageBytes;
  /** What messages call it: its path, or the shard's and its name in it. */
  describe(image: number): string;
}
