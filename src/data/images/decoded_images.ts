/**
 * Datasets of image files, decoded when they are needed.
 *
 * @module
 */

import { ArgumentError, FileError, FormatError, LibraryError } from "../../base/errors.ts";
import { tensor } from "../../torch/creation.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { Batch } from "../batch.ts";
import type { BatchContext, Dataset } from "../dataset.ts";
import { toIndices } from "../indices.ts";
import { takenOf } from "../selection/choose.ts";
import type { SplitOptions } from "../selection/options.ts";
import { inOrder, splitOrder } from "../shuffle.ts";
import type { WholeNumbers } from "../whole_numbers.ts";
import { partSettings } from "./crop.ts";
import { DecodePool } from "./decode_pool.ts";
import type { DecodeFailure } from "./decode_tasks.ts";
import type { ImageSource } from "./image_source.ts";
import { MOST_PIXELS, MOST_SECONDS } from "./read_limits.ts";
import type { ImageReadOptions, SkippedImage } from "./read_options.ts";

/** Timers take no longer ones. */
const LONGEST_TIMER = 2_000_000;
/** How many images may stand in for one before it is taken that all of them are damaged. */
const MAX_REPLACEMENTS = 100;
/** How many skipped images a dataset names by itself. */
const MAX_WARNINGS = 10;
/** How many batches are decoded at a time; those after them have no memory yet. */
const BATCHES_AT_A_TIME = 3;

/** Image files that a loader can take by number. A part of them is a `Part`, with threads of its own. */
export abstract class DecodedImages<B extends Batch, Part = unknown>
  implements Dataset<B>, Disposable {
  /** How many images there are. */
  readonly length: number;
  /** What messages call it. */
  readonly name: string;
  /** Channels, rows and columns that every image gets. */
  readonly imageShape: readonly [channels: 3, height: number, width: number];
  /** How the images are read. */
  readonly options: ImageReadOptions;

  /** Where the files are. @ignore */
  protected readonly source: ImageSource;
  readonly #pool: DecodePool;
  readonly #skipped: Map<number, SkippedImage> = new Map();
  /** Memory that no batch is in, to be used again. */
  readonly #memory: SharedArrayBuffer[] = [];
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Made by the functions that list files. @ignore */
  protected constructor(source: ImageSource, name: string, options: ImageReadOptions) {
    const part = partSettings(options.part ?? { kind: "center", size: 224, resize: 256 });
    const { workers = defaultWorkers(), onError = "throw", maxPixels = MOST_PIXELS } = options;
    const { timeLimit = MOST_SECONDS } = options;
    if (!Number.isSafeInteger(workers) || workers < 0 || workers > 256) {
      throw new ArgumentError(`workers is a whole number from 0 to 256, got ${workers}.`);
    }
    if (onError !== "throw" && onError !== "skip") {
      throw new ArgumentError(`onError is "throw" or "skip", got ${JSON.stringify(onError)}.`);
    }
    if (!Number.isSafeInteger(maxPixels) || maxPixels < 1) {
      throw new ArgumentError(`maxPixels is a whole number of at least 1, got ${maxPixels}.`);
    }
    if (!(timeLimit > 0 && timeLimit <= LONGEST_TIMER)) {
      throw new ArgumentError(
        `timeLimit is a number of seconds above 0, at most ${LONGEST_TIMER}, got ${timeLimit}.`,
      );
    }
    this.source = source;
    this.length = source.length;
    this.name = name;
    this.imageShape = [3, part.height, part.width];
    this.options = { ...options };
    const { orient = false } = options;
    this.#pool = new DecodePool({ part, orient, maxPixels, timeLimit }, workers);
  }

  /** The images that were skipped so far, by index. */
  get skipped(): ReadonlyMap<number, SkippedImage> {
    return this.#skipped;
  }

  /**
   * The images of these indices.
   *
   * @param indices Which images, in this order.
   * @param options What is to be read differently, such as `{ part: { kind: "center", size: 224 } }`.
   * @throws {ArgumentError} If an index is not a whole number.
   * @throws {IndexError} If an index is out of range.
   */
  abstract subset(indices: WholeNumbers, options?: ImageReadOptions): Part;

  /**
   * The first `count` images (all, if there are fewer).
   *
   * @param count How many.
   * @param options What is to be read differently.
   * @throws {ArgumentError} If the count is not a whole number from 0.
   */
  take(count: number, options: ImageReadOptions = {}): Part {
    return this.subset(inOrder(takenOf(count, this.length)), options);
  }

  /**
   * Random parts that have no image in common, of the given sizes; images that are left over are in none.
   *
   * @param sizes How many images each part gets.
   * @param options The seed of the choice, and what is to be read differently.
   * @throws {ArgumentError} If a size is not a whole number, or there are too few images.
   */
  split(sizes: readonly number[], options: SplitOptions & ImageReadOptions = {}): Part[] {
    const { seed = 0, ...reading } = options;
    return splitOrder(this.name, this.length, sizes, seed)
      .map((indices) => this.subset(indices, reading));
  }

  /**
   * The path of an image's file, or its shard's and its name in it.
   *
   * @throws {IndexError} If there is no such image.
   */
  path(index: number): string {
    toIndices([index], this.length, this.name);
    return this.source.describe(index);
  }

  /**
   * The images of these indices, decoded: uint8 (B, 3, H, W), on the CPU. A random part depends on the
   * context and the image's index only.
   *
   * @throws {IndexError} If an index is out of range.
   * @throws {FileError} If a file cannot be read, or {@linkcode FormatError} if it is damaged or no image, unless
   * such images are skipped; if too many that follow each other have to be.
   * @throws {DisposedError} If the dataset was disposed of.
   */
  async batch(indices: Int32Array, context: BatchContext = { seed: 0, epoch: 0 }): Promise<B> {
    toIndices(indices, this.length, this.name);
    await this.#enter();
    const [, height, width] = this.imageShape;
    const bytes = 3 * height * width * indices.length;
    const memory = this.#take(bytes);
    try {
      const used = await this.#decode(Int32Array.from(indices), memory, context);
      const pixels = new Uint8Array(memory, 0, bytes);
      return scope(() => {
        const images = tensor(pixels, { shape: [indices.length, 3, height, width] });
        return this.assemble(images, used).keep();
      });
    } finally {
      this.#memory.push(memory);
      this.#leave();
    }
  }

  /** Ends the threads that decode. Batches that were handed out stay as they are. */
  dispose(): void {
    this.#pool.dispose();
    this.#memory.length = 0;
  }

  /** Same as {@linkcode DecodedImages.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The batch of these images. @ignore */
  protected abstract assemble(images: Tensor, indices: Int32Array): B;

  /** Decodes images, and others in place of those that cannot be. Returns which ones it became. */
  async #decode(
    indices: Int32Array,
    memory: SharedArrayBuffer,
    { seed, epoch }: BatchContext,
  ): Promise<Int32Array> {
    const task = (row: number) => ({
      ...this.source.bytes(indices[row]),
      image: indices[row],
      row,
    });
    let rows = Array.from(indices.keys());
    for (let round = 0; rows.length > 0; round++) {
      const failures = await this.#pool.decode(rows.map(task), memory, seed, epoch);
      failures.sort((a, b) => a.row - b.row);
      for (const failure of failures) {
        const { row } = failure;
        // Another image would fare no better.
        if (failure.kind === "permission") throw new Deno.errors.NotCapable(failure.reason);
        if (failure.kind === "library") throw new LibraryError(`${failure.reason}.`);
        if (this.options.onError !== "skip") throw this.#error(indices[row], failure);
        this.#skip(indices[row], failure);
        if (round >= Math.min(MAX_REPLACEMENTS, this.length - 1)) {
          throw new FormatError(
            `${this.name}: ${
              round + 1
            } images that follow each other cannot be decoded, the last ` +
              `of them ${this.source.describe(indices[row])} (${failure.reason}). Check the files.`,
          );
        }
        indices[row] = (indices[row] + 1) % this.length;
      }
      rows = failures.map(({ row }) => row);
    }
    return indices;
  }

  #error(index: number, { reason, kind }: DecodeFailure): Error {
    const path = this.source.describe(index);
    if (kind === "read") {
      const why = reason.includes(path) ? reason : `Cannot read ${path}: ${reason}`;
      return new FileError(
        `${why}. Check that the file is there and may be read` +
          `, or pass over such images with onError: "skip".`,
      );
    }
    return new FormatError(
      `Cannot decode ${path}: ${reason}. Replace or remove the file` +
        `, or pass over such images with onError: "skip".`,
    );
  }

  #skip(index: number, { reason }: DecodeFailure): void {
    if (this.#skipped.has(index)) return;
    const image = { index, path: this.source.describe(index), reason };
    this.#skipped.set(index, image);
    if (this.options.onSkip !== undefined) return this.options.onSkip(image);
    const count = this.#skipped.size;
    if (count > MAX_WARNINGS) return;
    const what = reason.includes(image.path) ? reason : `${image.path}: ${reason}`;
    console.warn(`${this.name}: skipped ${what}.`);
    if (count === MAX_WARNINGS) {
      console.warn(`${this.name}: images skipped from here on are not named; see \`skipped\`.`);
    }
  }

  async #enter(): Promise<void> {
    while (this.#running >= BATCHES_AT_A_TIME) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
  }

  #leave(): void {
    this.#running--;
    this.#waiting.shift()?.();
  }

  #take(bytes: number): SharedArrayBuffer {
    const at = this.#memory.findIndex((memory) => memory.byteLength >= bytes);
    if (at >= 0) return this.#memory.splice(at, 1)[0];
    this.#memory.length = 0;
    return new SharedArrayBuffer(bytes);
  }
}

function defaultWorkers(): number {
  return Math.max(1, Math.min(8, navigator.hardwareConcurrency - 1));
}
