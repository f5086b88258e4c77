/**
 * The samples in tar files, as WebDataset lays them out.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import type { LabelledPath } from "./class_names.ts";
import type { ImageBytes } from "./decode_tasks.ts";
import { hasEnding, IMAGE_EXTENSIONS } from "./folder_listing.ts";
import type { ImageSource } from "./image_source.ts";
import { readTar, type TarEntry } from "./tar_index.ts";

/** A label's file is not larger. */
const MAX_LABEL_BYTES = 1_048_576;

/** What of each sample is wanted. */
export interface SampleParts {
  /** The part that is the image, by what follows the first dot of its name; the one that there is if left out. */
  readonly image?: string;
  /** Where in a `.json` the label is. */
  readonly labelKey?: string;
  /** Whether a label is wanted; else none is read. */
  readonly labelled: boolean;
}

/** Images within tar files. */
export class ShardSource implements ImageSource {
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

/** The parts of a sample by what follows the first dot of their names, in small letters. */
interface Sample {
  readonly key: string;
  readonly parts: Map<string, TarEntry>;
  /** What is in those that may hold the label. */
  readonly texts: Map<string, string>;
}

/** The images of all samples, and their labels if those are wanted. */
export function indexShards(
  shards: readonly string[],
  wanted: SampleParts,
): { source: ShardSource; labels: LabelledPath[] } {
  const source = new ShardSource(shards);
  const labels: LabelledPath[] = [];
  shards.forEach((path, shard) => {
    let sample: Sample | undefined;
    const finish = () => {
      if (sample === undefined) return;
      const place = `${path}: ${sample.key}`;
      const { name, offset, length } = imageOf(sample, wanted.image, place);
      if (wanted.labelled) labels.push({ label: labelOf(sample, wanted, place), place });
      source.add(shard, name, offset, length);
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
        sample = { key, parts: new Map(), texts: new Map() };
      }
      if (sample.parts.has(part)) {
        throw new FormatError(
          `${path}: ${key} has two files .${part}; samples that follow each other need different ` +
            `names up to the first dot.`,
        );
      }
      sample.parts.set(part, entry);
      if (!wanted.labelled || (part !== "cls" && part !== "json")) return;
      if (length > MAX_LABEL_BYTES) {
        throw new FormatError(`${path}: ${name} has ${length} bytes; that is no label.`);
      }
      sample.texts.set(part, new TextDecoder().decode(read(offset, length)).trim());
    });
    finish();
  });
  if (source.length === 0) throw new FormatError(`There are no samples in ${shards.join(", ")}.`);
  return { source, labels };
}

/** The part of a sample that is its image. */
function imageOf({ parts }: Sample, wanted: string | undefined, place: string): TarEntry {
  if (wanted !== undefined) {
    const found = parts.get(wanted.toLowerCase().replace(/^\./, ""));
    if (found !== undefined) return found;
    throw new FormatError(
      `${place} has no part ${wanted}; it has ${[...parts.keys()].join(", ")}.`,
    );
  }
  const images = [...parts.keys()].filter((part) => hasEnding(`.${part}`, IMAGE_EXTENSIONS));
  // What is called only by its kind is the image itself; longer names are of masks, depths and such.
  const plain = images.filter((part) => !part.includes("."));
  const candidates = plain.length > 0 ? plain : images;
  if (candidates.length === 1) return parts.get(candidates[0])!;
  throw new FormatError(
    candidates.length === 0
      ? `${place} has no image; each sample has files of one name up to the first dot, one after the other.`
      : `${place} has several images: ${candidates.join(", ")}. Name the one to take with the ` +
        `option image, such as image: ${JSON.stringify(candidates[0])}.`,
  );
}

/** The label of a sample: its `.cls`, or what is in its `.json`. */
function labelOf({ texts }: Sample, { labelKey }: SampleParts, place: string): string {
  const json = texts.get("json");
  const label = texts.get("cls") ??
    (json === undefined ? undefined : labelInJson(json, labelKey, `${place}.json`));
  if (label !== undefined && label !== "") return label;
  throw new FormatError(
    `${place} has no label (.cls or .json). Samples without labels are opened by data.images().`,
  );
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
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
