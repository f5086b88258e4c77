/**
 * The samples in tar files, as WebDataset lays them out.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import type { ImageBytes } from "./image_bytes.ts";
import { isImageName } from "./extensions.ts";
import type { ImageSource } from "./image_source.ts";
import type { LabelledPath } from "./labels.ts";
import { readTar, type TarEntry } from "./tar_index.ts";

/** What is read of samples. */
export interface SampleParts {
  /** The part that is the image: its ending, or several in the order of preference, as in `"jpg;png"`. */
  readonly image?: string;
  /** Whether labels are read. */
  readonly labels: boolean;
  /** Where in a sample's `.json` its label is; by default `label`, `cls` or `class`. */
  readonly labelKey?: string;
}

/** A label's file is not larger. */
const MAX_LABEL_BYTES = 1_048_576;

/** Images within tar files. */
class ShardSource implements ImageSource {
  readonly #shards: readonly string[];
  readonly #names: string[] = [];
  readonly #places: number[] = [];

  constructor(shards: readonly string[]) {
    this.#shards = shards;
  }

  get length(): number {
    return this.#names.length;
  }

  add(shard: number, { name, offset, length }: TarEntry): void {
    this.#names.push(name);
    this.#places.push(shard, offset, length);
  }

  bytes(image: number): ImageBytes {
    const [shard, offset, length] = this.#places.slice(3 * image, 3 * image + 3);
    return { path: this.#shards[shard], offset, length };
  }

  describe(image: number): string {
    return `${this.#shards[this.#places[3 * image]]}: ${this.#names[image]}`;
  }
}

interface Sample {
  readonly key: string;
  /** The sample's files by the ends of their names, in small letters. */
  readonly parts: Map<string, TarEntry>;
  label?: string;
}

/**
 * Reads tar files' headers and labels. A sample is the files that follow each other and whose paths are the same up to
 * the first dot of the file's name, its key; what follows that dot is the part. As in WebDataset, a part that comes
 * twice is an error.
 *
 * @param shards The tar files.
 * @param options Which parts are read.
 * @returns The images, and their labels unless these are not wanted.
 * @throws {FileError} If a tar file cannot be read.
 * @throws {FormatError} If it is damaged, a sample has no image or no label, or it is not clear which image is meant.
 */
export function readSamples(
  shards: readonly string[],
  options: SampleParts,
): { source: ImageSource; labels: LabelledPath[] } {
  const source = new ShardSource(shards);
  const labels: LabelledPath[] = [];
  const check = oneSort();
  shards.forEach((path, shard) => {
    let sample: Sample | undefined;
    const finish = () => {
      if (sample === undefined) return;
      const place = `${path}: ${sample.key}`;
      const part = imageOf(sample, place, options.image);
      if (options.image === undefined) check(part, sample, place);
      source.add(shard, sample.parts.get(part)!);
      if (options.labels) labels.push({ label: labelOf(sample, place, path), place });
    };
    readTar(path, (entry, read) => {
      const { name, offset, length } = entry;
      const dot = name.indexOf(".", name.lastIndexOf("/") + 1);
      // Folders' own notes and files whose names begin with a dot are no samples.
      if (dot <= name.lastIndexOf("/") + 1) return;
      const key = name.slice(0, dot);
      const part = name.slice(dot + 1).toLowerCase();
      if (sample?.key !== key) {
        finish();
        sample = { key, parts: new Map() };
      }
      if (sample.parts.has(part)) {
        throw new FormatError(
          `${path}: the sample ${key} has the part ${part} twice. Two samples that follow each ` +
            `other need different names up to the first dot, and a sample's parts different ends.`,
        );
      }
      sample.parts.set(part, entry);
      if (!options.labels || (part !== "cls" && part !== "json")) return;
      if (length > MAX_LABEL_BYTES) {
        throw new FormatError(`${path}: ${name} has ${length} bytes; that is no label.`);
      }
      const text = new TextDecoder().decode(read(offset, length)).trim();
      if (part === "cls") sample.label = text;
      else sample.label ??= labelInJson(text, options.labelKey, `${path}: ${name}`);
    });
    finish();
  });
  if (source.length === 0) throw new FormatError(`There are no samples in ${shards.join(", ")}.`);
  return { source, labels };
}

/** A check that no sample gives as its image what another has beside it, such as the depth where the photograph lacks. */
function oneSort(): (part: string, sample: Sample, place: string) => void {
  const taken = new Map<string, string>();
  const beside = new Map<string, string>();
  return (part, { parts }, place) => {
    taken.set(part, place);
    for (const other of parts.keys()) if (other !== part) beside.set(other, place);
    const both = beside.has(part)
      ? part
      : [...parts.keys()].find((one) => one !== part && taken.has(one));
    if (both === undefined) return;
    throw new FormatError(
      `The part ${both} would be the image of ${taken.get(both)}, but ${beside.get(both)} has it ` +
        `beside its image. Say which part is meant with the option image, such as image: "jpg", or ` +
        `"jpg;png" for the first of these that is there.`,
    );
  };
}

/** The part of a sample that is its image. */
function imageOf({ parts }: Sample, place: string, wanted: string | undefined): string {
  const known = [...parts.keys()];
  if (wanted !== undefined) {
    const choices = wanted.split(";").map((one) => one.trim().toLowerCase().replace(/^\./, ""));
    const choice = choices.find((one) => parts.has(one));
    if (choice !== undefined) return choice;
    throw new FormatError(
      `${place} has no part ${choices.join(" or ")}, which the option image asks for; its parts ` +
        `are ${known.join(", ")}.`,
    );
  }
  const images = known.filter((part) => isImageName(`sample.${part}`));
  // What is called only by its kind is the image itself; longer names are of depths, masks and such.
  const plain = images.filter((part) => !part.includes("."));
  const candidates = plain.length > 0 ? plain : images;
  if (candidates.length === 1) return candidates[0];
  if (candidates.length === 0) {
    throw new FormatError(
      `${place} has no image, but only ${known.join(", ")}; each sample has files of one name up ` +
        `to the first dot, of which one is an image, one after the other.`,
    );
  }
  throw new FormatError(
    `${place} has several images: ${candidates.join(", ")}. Say which one is meant with the ` +
      `option image, such as image: "${candidates[0]}", or "jpg;png" for the first of these that ` +
      `is there.`,
  );
}

function labelOf({ label, parts }: Sample, place: string, shard: string): string {
  if (label !== undefined && label !== "") return label;
  throw new FormatError(
    label === ""
      ? `${place}: its label is empty.`
      : `${place} has no label (.cls, or .json with one), but only ${
        [...parts.keys()].join(", ")
      }. For images without labels there is data.images(${JSON.stringify(shard)}).`,
  );
}

/** A `.json` may hold other things beside a `.cls`: without a label in it, it is passed over. */
function labelInJson(text: string, key: string | undefined, place: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text, keepDigits);
  } catch (error) {
    throw new FormatError(`${place} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const fields = value as Record<string, unknown>;
    value = (key === undefined ? ["label", "cls", "class"] : [key])
      .map((one) => Object.hasOwn(fields, one) ? fields[one] : undefined)
      .find((one) => one !== undefined);
  }
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? String(value) : undefined;
}

/** Whole numbers beyond 2^53 as their digits: two that differ are not to become the same label. */
function keepDigits(
  this: unknown,
  _: string,
  value: unknown,
  context?: { source?: string },
): unknown {
  const inexact = typeof value === "number" && Number.isInteger(value) &&
    !Number.isSafeInteger(value);
  return inexact ? context?.source ?? value : value;
}
