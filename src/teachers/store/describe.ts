/**
 * The entry that a teacher's outputs for some pixels belong to.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Spec } from "../../base/spec.ts";
import { checkShardImages, chooseShardImages } from "./layout.ts";
import type { PixelSource } from "../../data/pixel_source.ts";
import type { EntryDescription, StorableTeacher, StoredDType } from "./types.ts";

/** What else decides an entry. */
export interface DescribeOptions {
  /** How many variants of each image; those that the source has by default. */
  variants?: number;
  /** How numbers are stored; float16 by default. */
  dtype?: StoredDType;
  /** The data set's name, for lists. */
  data?: string;
  /** How many images a shard has, a power of two; chosen by their bytes by default. An entry that is there keeps its own. */
  shardImages?: number;
}

/**
 * Describes the entry of what a teacher says about the images of a source, for `Store.open` and `Store.find`.
 *
 * @throws {ArgumentError} if an option is of the wrong kind, or the source gives other pixels each time.
 */
export async function describeEntry(
  teacher: StorableTeacher,
  source: PixelSource,
  options: DescribeOptions = {},
): Promise<EntryDescription> {
  const { variants = source.views ?? undefined, dtype = "float16", data = null } = options;
  if (variants === undefined) {
    throw new ArgumentError(
      "The images have another variant in every epoch, so there is no end to what could be stored. Give the loader " +
        "views: K for K variants of each image, 1 if nothing is random.",
    );
  }
  if (!Number.isSafeInteger(variants) || variants < 1) {
    throw new ArgumentError(
      `The variants to store are a whole number of at least 1, got ${variants}.`,
    );
  }
  if (dtype !== "float16" && dtype !== "float32") {
    throw new ArgumentError(
      `The store's dtype is "float16" or "float32", got ${JSON.stringify(dtype)}.`,
    );
  }
  const pixels = await source.pixelSpec();
  if (isRandom(pixels)) {
    throw new ArgumentError(
      "The transform gives other pixels each time it is asked, so what teachers say about them cannot be stored. Have it " +
        "draw its numbers from what the loader hands it, not from torch's own.",
    );
  }
  const sizes = {
    images: source.images,
    variants,
    featureDim: teacher.featureDim,
    numClasses: teacher.numClasses,
    dtype,
  };
  const { shardImages = chooseShardImages(sizes) } = options;
  checkShardImages(shardImages);
  return {
    ...sizes,
    shardImages,
    key: { teacher: await teacher.spec(), pixels, dtype },
    teacher: teacher.name,
    data,
  };
}

/** Whether a source says that its transform is not the same each time. */
function isRandom(pixels: Spec): boolean {
  return typeof pixels === "object" && pixels !== null && "transform" in pixels &&
    pixels.transform === null;
}
