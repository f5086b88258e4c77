/**
 * Images without labels, wherever they are.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../errors.ts";
import { passPermission } from "../../regular_files.ts";
import type { UnlabelledOptions } from "../image_dataset.ts";
import { selectionOrder } from "../shuffle.ts";
import type { ImageReadOptions } from "./decoded_images.ts";
import { IMAGE_EXTENSIONS, imagesBelow, LeftOut } from "./folder_listing.ts";
import { UnlabelledImageFiles } from "./image_files.ts";
import { FileSource, type ImageSource, PickedSource } from "./image_source.ts";
import { listedFiles, readList } from "./list_reading.ts";
import { expandPaths } from "./shard_paths.ts";
import { indexShards } from "./tar_samples.ts";

/** Options of {@linkcode images}. */
export interface ImagesOptions extends UnlabelledOptions, ImageReadOptions {
  /** Of a folder: the endings of the files to take, with their dot. */
  extensions?: readonly string[];
  /** Of a list: the folder that its paths start from; the one that the list lies in by default. */
  root?: string;
  /** Of a table: the column of paths. */
  pathColumn?: string;
  /** Of tar files: the part of each sample that is its image, such as `"jpg"`. */
  image?: string;
  /** What messages call it; the path by default. */
  name?: string;
}

/**
 * All images at a path, without labels: what a student learns from, and all that learning from teachers needs.
 *
 * The path is that of a folder, whose images may lie in it and in folders below; of a list, with a path on each line
 * or a table (`.csv`, `.tsv`), whose labels are passed over; or of tar files (`.tar`), in which `{000..009}` stands for
 * numbers and `*` for anything. Images are put in random order, because the place of an image can tell its class, unless
 * `shuffle` is false.
 *
 * @param path A folder, a list, or tar files.
 * @param options Which part of each image is wanted, threads, what to do with damaged files.
 * @throws {FileError} If there is nothing of that name, or it cannot be read.
 * @throws {FormatError} If there are no images.
 * @throws {ArgumentError} If an option is not usable.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 * import sharp from "npm:sharp@^0.34.5";
 *
 * const folder = await Deno.makeTempDir();
 * const picture = sharp({ create: { width: 40, height: 40, channels: 3, background: "green" } });
 * await Deno.writeFile(`${folder}/1.jpg`, await picture.jpeg().toBuffer());
 *
 * using photos = data.images(folder, { part: { kind: "centre", size: 32 }, workers: 1 });
 * const loader = new data.Loader(photos, { batchSize: 1 });
 * for await (using batch of loader.epoch(0)) console.log(batch.images.shape); // [1, 3, 32, 32]
 *
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function images(path: string, options: ImagesOptions = {}): UnlabelledImageFiles {
  if (typeof path !== "string" || path === "") {
    throw new ArgumentError(`images() takes the path of a folder, a list or tar files.`);
  }
  const { shuffle = true, seed = 0, extensions, root, pathColumn, image, name = path, ...reading } =
    options;
  let source: ImageSource;
  if (/\.tar$/i.test(path)) {
    source = indexShards(expandPaths(path), { image, labelled: false }).source;
  } else if (isFolder(path)) {
    const leftOut = new LeftOut();
    const endings = extensions ?? IMAGE_EXTENSIONS;
    const paths = imagesBelow(path, "", endings, leftOut);
    if (paths.length === 0) {
      throw new FormatError(
        `There are no images (${endings.join(", ")}) in ${path} or in folders below it.`,
      );
    }
    leftOut.warn(name);
    source = new FileSource(path, paths);
  } else {
    source = listedFiles(path, root, readList(path, { pathColumn, labelled: false }));
  }
  const picked = shuffle ? new PickedSource(source, selectionOrder(source.length, seed)) : source;
  return new UnlabelledImageFiles(picked, name, reading);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    passPermission(error);
    // As a list it will be named when it is read.
    return false;
  }
}
