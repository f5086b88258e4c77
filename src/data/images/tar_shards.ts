/**
 * Images in tar files.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { say } from "../../base/progress.ts";
import { readClassNames } from "./class_names.ts";
import type { ImageReadOptions } from "./read_options.ts";
import { ImageFiles } from "./image_files.ts";
import { resolveLabels } from "./labels.ts";
import { expandPaths } from "./shard_paths.ts";
import { readSamples } from "./shard_samples.ts";

/** Options of {@linkcode TarShards}. */
export interface TarShardsOptions extends ImageReadOptions {
  /**
   * The classes' names in the order of their numbers, or the path of a file with one name a line, such as the
   * `classNames` of the training set.
   */
  classNames?: readonly string[] | string;
  /**
   * Which part of a sample is its image: what its name has from the first dot on, such as `"depth.png"`, or
   * `"jpg;png"` for the first of these that is there. By default the one image that is called by its kind alone, `0001.jpg`
   * beside `0001.depth.png`, or the only one that there is.
   */
  image?: string;
  /** Where in a sample's `.json` its label is; by default `label`, `cls` or `class`. */
  labelKey?: string;
  /** What messages call it; the paths as they were given by default. */
  name?: string;
  /** Told what became of labels that cannot be classes' numbers (default: a line on standard error). */
  onNotice?: (notice: string) => void;
}

/**
 * Samples in tar files, as WebDataset lays them out: files that follow each other and share their name up to the
 * first dot are one sample, of an image (`.jpg`, `.png`, `.webp` and others) and a label (`.cls`, a number or a name,
 * or `.json`). Labels are read as those of an `ImageList` are. The headers are read once, when it is opened; after that
 * any image is read by itself, so that shuffling is complete.
 *
 * A part that a sample has twice is an error, and so are several images of which none is the plain one, unless the
 * option `image` says which is meant. Samples without labels are for `data.images`.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 * import sharp from "npm:sharp@^0.34.5";
 *
 * // A tar file by hand: a block of name, length and checksum before each file.
 * const encode = (text: string) => new TextEncoder().encode(text);
 * function entry(name: string, bytes: Uint8Array): Uint8Array {
 *   const block = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512);
 *   block.set(encode(name));
 *   block.set(encode(bytes.length.toString(8).padStart(11, "0")), 124);
 *   block.set(encode("        0"), 148);
 *   const sum = block.reduce((total, byte) => total + byte, 0);
 *   block.set(encode(sum.toString(8).padStart(6, "0") + "\0 "), 148);
 *   block.set(bytes, 512);
 *   return block;
 * }
 * const picture = sharp({ create: { width: 40, height: 40, channels: 3, background: "red" } });
 * const root = await Deno.makeTempDir();
 * await Deno.writeFile(
 *   `${root}/train-000.tar`,
 *   new Uint8Array([
 *     ...entry("0001.png", await picture.png().toBuffer()),
 *     ...entry("0001.cls", encode("1")),
 *     ...new Uint8Array(1024),
 *   ]),
 * );
 *
 * using shards = new data.TarShards(`${root}/train-{000..000}.tar`, {
 *   part: { kind: "whole", size: 32 },
 *   classNames: ["blue", "red"],
 * });
 * console.log(shards.length, shards.labels[0]); // 1 1
 *
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export class TarShards extends ImageFiles {
  /** The tar files. */
  readonly shards: readonly string[];

  /**
   * Reads the tar files' headers, and the labels.
   *
   * @param paths Paths of tar files, in which `{000..009}` stands for numbers, `{a,b}` for either, and `*` in a file's
   * name for anything.
   * @param options The classes' names, which part of each image is wanted.
   * @throws {FileError} If a tar file cannot be read.
   * @throws {FormatError} If one is damaged, or a sample has no image or several, a part twice, or no label.
   * @throws {ArgumentError} If a pattern or an option is not usable.
   */
  constructor(paths: string | readonly string[], options: TarShardsOptions = {}) {
    const { classNames, labelKey, image, name, onNotice = say, ...reading } = options;
    const given = typeof paths === "string" ? [paths] : paths;
    const shards = given.flatMap(expandPaths);
    if (shards.length === 0) throw new ArgumentError("There are no tar files; give at least one.");
    const { source, labels } = readSamples(shards, { image, labels: true, labelKey });
    const names = classNames === undefined ? undefined : readClassNames(classNames);
    const resolved = resolveLabels(labels, names, onNotice);
    super({ source, ...resolved, name: name ?? given.join(", ") }, reading);
    this.shards = shards;
  }
}
