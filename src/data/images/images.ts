/**
 * Image files without labels, wherever they are.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../base/errors.ts";
import { isFolder, passPermission } from "../../base/regular_files.ts";
import { say } from "../../base/progress.ts";
import type { UnlabelledOptions } from "../selection/options.ts";
import { selectionOrder } from "../shuffle.ts";
import type { ImageReadOptions } from "./read_options.ts";
import { isImageName, isTarName, plainExtensions } from "./extensions.ts";
import { IMAGE_EXTENSIONS } from "./image_extensions.ts";
import { FolderScan } from "./folder_scan.ts";
import { UnlabelledImageFiles } from "./unlabelled_image_files.ts";
import type { ImageSource } from "./image_source.ts";
import { FileSource, JoinedSource, PickedSource } from "./file_source.ts";
import { listRoot, readList } from "./listed_images.ts";
import { expandPaths } from "./shard_paths.ts";
import { readSamples } from "./shard_samples.ts";

/** Options of {@linkcode images}. */
export interface ImagesOptions extends ImageReadOptions, UnlabelledOptions {
  /** In folders: the endings of the files to take, such as ".jpg"; {@linkcode IMAGE_EXTENSIONS} by default. */
  extensions?: readonly string[];
  /** The folder that a list's paths start from; the one that the list lies in by default. */
  root?: string;
  /** The column of paths in a list with a header; one named path, image, file or filename by default. */
  pathColumn?: string;
  /** Which part of a tar file's sample is its image, where it has several, as in `TarShards`. */
  image?: string;
  /** What messages call them; the paths as they were given by default. */
  name?: string;
  /** Told once for each folder which files are left out, counted by their ending (default: a line on standard error). */
  onNotice?: (notice: string) => void;
}

/**
 * Images without labels, to learn from as they are: photographs in a folder, flat or nested; a list of paths; tar files
 * with or without captions; single files; or several of these.
 *
 * Whatever says a class is passed over: the names of folders, labels in lists and in tar files. As with `unlabelled()`,
 * the images are put in random order, because the place of an image can tell its class, unless `shuffle` is false.
 *
 * @param where A folder, all images in which and below which are taken, but for hidden ones; a list, with a path on each
 * line, or a `.csv` or `.tsv` table with a header; `.tar` files; image files. Or several of these. In the name of
 * what is not there as it stands, `{000..009}` stands for numbers, `{a,b}` for either, `*` for anything in a
 * file's name.
 * @param options Which part of each image is wanted, threads, what to do with damaged files.
 * @throws {FileError} If something is not there or cannot be read.
 * @throws {FormatError} If there are no images, or a list or tar file is damaged.
 * @throws {ArgumentError} If an option is not usable.
 * @throws {Deno.errors.NotCapable} If reading was not permitted.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 * import sharp from "npm:sharp@^0.34.5";
 *
 * const photos = await Deno.makeTempDir();
 * await Deno.mkdir(`${photos}/2024/spring`, { recursive: true });
 * const picture = sharp({ create: { width: 60, height: 40, channels: 3, background: "green" } });
 * for (const name of ["1.jpg", "2.jpg", "2024/spring/3.jpg"]) {
 *   await Deno.writeFile(`${photos}/${name}`, await picture.clone().jpeg().toBuffer());
 * }
 *
 * using dataset = data.images(photos, { part: { kind: "random", size: 32 }, workers: 1 });
 * console.log(dataset.length); // 3
 * const loader = new data.Loader(dataset, { batchSize: 3, shuffle: true });
 * for await (using batch of loader.epoch(0)) console.log(batch.images.shape); // [3, 3, 32, 32]
 *
 * await Deno.remove(photos, { recursive: true });
 * ```
 */
export function images(
  where: string | readonly string[],
  options: ImagesOptions = {},
): UnlabelledImageFiles {
  const { extensions, root, pathColumn, image, name, onNotice, shuffle = true, seed = 0, ...read } =
    options;
  const given = typeof where === "string" ? [where] : where;
  if (given.length === 0) throw new ArgumentError("There is nowhere to look; give a path.");
  const endings = plainExtensions(extensions ?? IMAGE_EXTENSIONS);
  const sources = given.flatMap(existing).map((path): ImageSource => {
    if (isFolder(path)) return folderSource(path, endings, onNotice ?? say);
    if (isTarName(path)) {
      return readSamples([path], { image, labels: false }).source;
    }
    if (isImageName(path)) return new FileSource("", [path]);
    const listed = readList(path, { pathColumn, labels: false });
    return new FileSource(listRoot(path, root), listed.map((image) => image.path));
  });
  const all = sources.length === 1 ? sources[0] : new JoinedSource(sources);
  const source = shuffle ? new PickedSource(all, selectionOrder(all.length, seed)) : all;
  return new UnlabelledImageFiles(source, name ?? given.join(", "), read);
}

/** The paths that something stands for; itself if it is there, whatever letters it has. */
function existing(path: string): string[] {
  if (!/[*{]/.test(path)) return [path];
  try {
    Deno.lstatSync(path);
    return [path];
  } catch (error) {
    passPermission(error);
    return expandPaths(path);
  }
}

/** All images in a folder and below, but for those whose name, or whose folder's, begins with a dot. */
function folderSource(
  path: string,
  endings: readonly string[],
  onNotice: (notice: string) => void,
): ImageSource {
  const scan = new FolderScan(path, endings, false);
  const found = [...scan.top(), ...scan.folders.flatMap((folder) => scan.below(folder))];
  const notice = scan.notice();
  if (found.length > 0) {
    if (notice !== undefined) onNotice(notice);
    return new FileSource(path, found);
  }
  throw new FormatError(
    `${path} has no images (${endings.join(", ")}) in it or below.${
      notice === undefined ? "" : ` ${notice}`
    }`,
  );
}
