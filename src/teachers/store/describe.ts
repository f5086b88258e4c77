/**
 * The entry that a teacher's outputs for some pixels belong to.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Spec } from "../../base/spec.ts";
import { applyView } from "../../data/apply_view.ts";
import type { PixelSource } from "../../data/pixel_source.ts";
import { noGrad } from "../../torch/backward.ts";
import { scope } from "../../torch/scope.ts";
import { checkShardImages, chooseShardImages } from "./layout.ts";
import type { Store } from "./store.ts";
import type { EntryDescription, EntryKey, MapSize, StorableTeacher, StoredDType } from "./types.ts";

/** What else decides an entry. */
export interface DescribeOptions {
  /** How many variants of each image; those that the source has by default. */
  variants?: number;
  /** How numbers are stored; float16 by default. */
  dtype?: StoredDType;
  /** Whether patches are kept too, of teachers that have them: they are large. False by default. */
  patches?: boolean;
  /** Where an entry that is there says how large patches are; without it the teacher is asked about one image. */
  store?: Store;
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
  const { patches = false, store } = options;
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
  const { patchDim = null } = teacher;
  const key: EntryKey = {
    teacher: await teacher.spec(),
    pixels,
    dtype,
    ...(patches && patchDim !== null && { patches: patchDim }),
  };
  const sizes = {
    images: source.images,
    variants,
    featureDim: teacher.featureDim,
    numClasses: teacher.numClasses,
    dtype,
    ...(key.patches !== undefined && {
      patches: store?.patchSize(key) ?? await patchSize(teacher, source),
    }),
  };
  const { shardImages = chooseShardImages(sizes) } = options;
  checkShardImages(shardImages);
  return {
    ...sizes,
    shardImages,
    key,
    teacher: teacher.name,
    data,
  };
}

/** The size of a teacher's patches, which the first image shows. */
async function patchSize(teacher: StorableTeacher, source: PixelSource): Promise<MapSize> {
  const batch = await source.pixelsOf(Int32Array.of(0), 0);
  try {
    return noGrad(() =>
      scope((): MapSize => {
        const images = applyView(batch.pixels, teacher.view);
        const [, ...size] = teacher.see(images, { patches: true }).patches!.shape;
        return size as unknown as MapSize;
      })
    );
  } finally {
    batch[Symbol.dispose]();
    // Many teachers are not in memory at once only because each was measured.
    teacher.release?.();
  }
}

/** Whether a source says that its transform is not the same each time. */
function isRandom(pixels: Spec): boolean {
  return typeof pixels === "object" && pixels !== null && "transform" in pixels &&
    pixels.transform === null;
}
