/**
 * Choosing the images that a list of file names names.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import type { ImageFiles } from "../images/image_files.ts";
import { type ListedImage, readList } from "../images/listed_images.ts";
import { restOf } from "./choose.ts";

/** The images that a list names, and all others; each is a data set to dispose of. */
export interface ListedImages {
  /** The images that the list names, in its order. */
  readonly listed: ImageFiles;
  /** The images that the list does not name, in the data set's order. */
  readonly rest: ImageFiles;
}

/** How many names a message lists. */
const NAMED = 5;

/**
 * Chooses the images that a list of file names names, such as the lists of 1 % and 10 % of ImageNet that semi-supervised
 * learning is measured on: `n01440764_10026.JPEG` on each line, of the class before the underscore, for the file
 * `n01440764/n01440764_10026.JPEG` of the data set.
 *
 * A name may have folders before it, as many as are needed to tell images apart. If what stands before a bare name's first
 * underscore is a class, the image is looked for in that class only. Labels are the data set's; those in the list are
 * passed over.
 *
 * @param dataset Image files: a folder, a list or shards.
 * @param list The list's path: a name on each line, or a `.csv` or `.tsv` table with a header.
 * @throws {FileError} If the list cannot be read.
 * @throws {FormatError} If the list names images that are not there, one twice, or several images with one name.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const root = await Deno.makeTempDir();
 * for (const name of ["cat/cat_1.png", "cat/cat_2.png", "dog/dog_1.png"]) {
 *   await Deno.mkdir(`${root}/train/${name.slice(0, 3)}`, { recursive: true });
 *   await Deno.writeFile(`${root}/train/${name}`, new Uint8Array(1));
 * }
 * await Deno.writeTextFile(`${root}/few.txt`, "dog_1.png\ncat_2.png\n");
 *
 * using photos = new data.ImageFolder(`${root}/train`);
 * const { listed, rest } = data.selectListed(photos, `${root}/few.txt`);
 * using labelled = listed;
 * using unlabelled = rest.unlabelled();
 * console.log(labelled.labels, unlabelled.length); // Int32Array [1, 0] 1
 *
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export function selectListed(dataset: ImageFiles, list: string): ListedImages {
  const find = finder(dataset);
  const picks: number[] = [];
  const places = new Map<number, string>();
  const missing: ListedImage[] = [];
  const lines = readList(list, { labels: false });
  for (const line of lines) {
    const found = find(line);
    if (found === undefined) {
      missing.push(line);
      continue;
    }
    const before = places.get(found);
    if (before !== undefined) {
      throw new FormatError(
        `${line.place}: ${line.path} is the image that ${before} names already; remove one.`,
      );
    }
    places.set(found, line.place);
    picks.push(found);
  }
  if (missing.length > 0) throw notFound(dataset, missing, lines.length);
  return { listed: dataset.subset(picks), rest: dataset.subset(restOf(picks, dataset.length)) };
}

/** A function that finds the image of a line; undefined if there is none. */
function finder(dataset: ImageFiles): (line: ListedImage) => number | undefined {
  const byName = new Map<string, number | number[]>();
  for (let image = 0; image < dataset.length; image++) {
    const name = lastOf(pathIn(dataset, image));
    const known = byName.get(name);
    if (known === undefined) byName.set(name, image);
    else if (typeof known === "number") byName.set(name, [known, image]);
    else known.push(image);
  }
  const classes = new Map(dataset.classNames.map((name, label) => [name, label]));
  return ({ path, place }) => {
    const bare = lastOf(path);
    const label = bare === path ? classes.get(path.slice(0, path.indexOf("_"))) : undefined;
    const end = `/${path.replace(/^(\.?\/)+/, "")}`;
    const found = [byName.get(bare) ?? []].flat().filter((image) =>
      (label === undefined || dataset.labels[image] === label) &&
      `/${pathIn(dataset, image)}`.endsWith(end)
    );
    if (found.length < 2) return found[0];
    throw new FormatError(
      `${place}: ${path} is the name of ${found.length} images, such as ` +
        `${dataset.path(found[0])} and ${
          dataset.path(found[1])
        }. Write the folder before the name.`,
    );
  };
}

/** An image's path, or its name in a tar file. */
function pathIn(dataset: ImageFiles, image: number): string {
  const path = dataset.path(image);
  const inside = /\.tar: (.+)$/i.exec(path);
  return inside === null ? path : inside[1];
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function notFound(
  dataset: ImageFiles,
  missing: readonly ListedImage[],
  listed: number,
): FormatError {
  const shown = missing.slice(0, NAMED).map(({ path, place }) => `${path} (${place})`).join(", ");
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : "";
  return new FormatError(
    `${dataset.name} does not have ${missing.length} of the ${listed} images listed: ` +
      `${shown}${more}. Check that the list is of this data set, and that all of its files are there.`,
  );
}
