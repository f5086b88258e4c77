/**
 * How a data set that is fetched is loaded.
 *
 * @module
 */

/** How far loading a data set is. */
export interface LoadProgress {
  /** What is being done, in words: `"Converting fashion-mnist"`. */
  readonly message: string;
  /** How much of that is done, from 0 to 1. */
  readonly fraction: number;
}

/** Options of {@linkcode loadMnist}, {@linkcode loadFashionMnist}, {@linkcode loadCifar10} and {@linkcode loadUciDigits}. */
export interface LoadOptions {
  /** Read the data set's own files from this folder; nothing is fetched or cached then. */
  folder?: string;
  /** The cache to use in place of the usual one (see `APPRENTICE_CACHE`). */
  cache?: string;
  /** Told what is going on while a package is fetched and converted; silent if all is there. */
  onProgress?: (progress: LoadProgress) => void;
  /** Told when a damaged cached file is made anew (default: a line on standard error). */
  onNotice?: (notice: string) => void;
}
