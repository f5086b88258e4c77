/**
 * Where the bytes of an image lie.
 *
 * @module
 */

/** Where the bytes of an image lie: a whole file, or a part of one. */
export interface ImageBytes {
  /** The file's path. */
  readonly path: string;
  /** Where in the file the image's bytes begin; the image is the whole file if left out. */
  readonly offset?: number;
  /** How many bytes they are. */
  readonly length?: number;
}
