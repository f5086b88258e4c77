/**
 * Images in tar files.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../errors.ts";
import { type LabelledPath, readClassNames, resolveLabels } from "./class_names.ts";
import type { ImageReadOptions } from "./decoded_images.ts";
import type { ImageBytes } from "./decode_tasks.ts";
import { ImageFiles } from "./image_files.ts";
import { IMAGE_EXTENSIONS } from "./image_folder.ts";
import type { ImageSource } from "./image_source.ts";
import { expandPaths } from "./shard_paths.ts";
import { readTar } from "./tar_index.ts";

/** Options of {@linkcode TarShards}. */
export interface TarShardsOptions extends ImageReadOptions {
  /** The classes' names in the order of their numbers, or the path of a file with one name a line. */
  classNames?: readonly string[] | string;
  /** Where in a sample's `.json` its label is; by default `label`, `cls` or `class`. */
  labelKey?: string;
  /** What messages call it; the paths as they were given by default. */
  name?: string;
}

/** A label's file is not larger. */
const MAX_LABEL_BYTES = 1_048_576;

/**
 * Samples in tar files, as WebDataset lays them out: files that follow each other and share their name up to the
 * first dot are one sample, of an image (`.jpg`, `.png`, `.webp` and others) and a label (`.cls`, a number or a name,
 * or `.json`). The headers are read once, when it is opened; after that any image is read by itself, so that shuffling
 * is complete.
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
   * @throws {FormatError} If one is damaged, or a sample has no image or no label.
   * @throws {ArgumentError} If a pattern or an option is not usable.
   */
  constructor(paths: string | readonly string[], options: TarShardsOptions = {}) {
    const { classNames, labelKey, name, ...reading } = options;
    const given = typeof paths === "string" ? [paths] : paths;
    const shards = given.flatMap(expandPaths);
    if (shards.length === 0) throw new ArgumentError("There are no tar files; give at least one.");
    const { source, labels } = indexShards(shards, labelKey);
    const names = classNames === undefined ? undefined : readClassNames(classNames);
    const resolved = resolveLabels(labels, names);
    super({ source, ...resolved, name: name ?? given.join(", ") }, reading);
    this.shards = shards;
  }
}

/** Images within tar files. */
class ShardSource implements ImageSource {
  readonly shards: readonly string[];
  readonly names: string[] = [];
  readonly #places: number[] = [];

  constructor(shards: readonly string[]) {
    this.shards = shards;
  }

  get length(): number {
    return this.names.length;
  }

  add(shard: number, name: string, offset: number, length: number): void {
    this.names.push(name);
    this.#places.push(shard, offset, length);
  }

  bytes(image: number): ImageBytes {
    const [shard, offset, length] = this.#places.slice(3 * image, 3 * image + 3);
    return { path: this.shards[shard], offset, length };
  }

  describe(image: number): string {
    return `${this.shards[this.#places[3 * image]]}: ${this.names[image]}`;
  }
}

interface Sample {
  key: string;
  image?: { name: string; offset: number; length: number };
  label?: string;
}

function indexShards(
  shards: readonly string[],
  labelKey: string | undefined,
): { source: ShardSource; labels: LabelledPath[] } {
  const source = new ShardSource(shards);
  const labels: LabelledPath[] = [];
  shards.forEach((path, shard) => {
    let sample: Sample | undefined;
    const finish = () => {
      if (sample === undefined) return;
      const { key, image, label } = sample;
      const place = `${path}: ${key}`;
      if (image === undefined || label === undefined) {
        throw new FormatError(
          `${place} has no ${
            image === undefined ? "image" : "label (.cls or .json)"
          }; each sample ` +
            `has files of one name up to the first dot, an image and a label, one after the other.`,
        );
      }
      source.add(shard, image.name, image.offset, image.length);
      labels.push({ label, place });
    };
    readTar(path, ({ name, offset, length }, read) => {
      const slash = name.lastIndexOf("/") + 1;
      const dot = name.indexOf(".", slash);
      // Folders' own notes and files whose names begin with a dot are no samples.
      if (dot <= slash) return;
      const key = name.slice(0, dot);
      const ending = name.slice(dot).toLowerCase();
      if (sample?.key !== key) {
        finish();
        sample = { key };
      }
      const last = ending.slice(ending.lastIndexOf("."));
      if (IMAGE_EXTENSIONS.includes(last)) {
        sample.image ??= { name, offset, length };
      } else if (ending === ".cls" || ending === ".json") {
        if (length > MAX_LABEL_BYTES) {
          throw new FormatError(`${path}: ${name} has ${length} bytes; that is no label.`);
        }
        const text = new TextDecoder().decode(read(offset, length)).trim();
        const label = ending === ".cls" ? text : labelInJson(text, labelKey, `${path}: ${name}`);
        if (ending === ".cls" || sample.label === undefined) sample.label = label ?? sample.label;
      }
    });
    finish();
  });
  if (source.length === 0) throw new FormatError(`There are no samples in ${shards.join(", ")}.`);
  return { source, labels };
}

/** A `.json` may hold other things beside a `.cls`: without a label in it, it is passed over. */
function labelInJson(text: string, key: string | undefined, place: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${place} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const fields = value as Record<string, unknown>;
    value = (key === undefined ? ["label", "cls", "class"] : [key])
      .map((one) => Object.hasOwn(fields, one) ? fields[one] : undefined)
      .find((one) => one !== undefined);
  }
  if (typeof value === "string") return value;
  return Number.isSafeInteger(value) && (value as number) >= 0 ? String(value) : undefined;
}
