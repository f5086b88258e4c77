/**
 * An entry of the store: what one teacher said about all variants of all images of a data set.
 *
 * @module
 */

import { ArgumentError, IndexError } from "../../base/errors.ts";
import { makeFolderSync } from "../../base/files.ts";
import { keep, scope } from "../../torch/scope.ts";
import { entryId } from "./entry_file.ts";
import { shardCount, shardPath, shardPlaces, shardRange, variantFolder } from "./layout.ts";
import { holdInUse } from "./locks.ts";
import { outputOf, rowParts } from "./row_parts.ts";
import { gatherRows } from "./rows.ts";
import { mapShardFile, type ShardWanted, verifyShardFile, writeShardFile } from "./shard_file.ts";
import { mapParts } from "../map_parts.ts";
import type { AskOptions, TeacherOutput } from "../teacher_options.ts";
import type { EntryFile, ShardPlace } from "./types.ts";
import { touchUsed } from "./used.ts";

/**
 * What one teacher said about the images of a data set, in all their variants, on disk. Open one with `Store.open` or
 * `Store.find`; while it is open it is not evicted. Shards are mapped into memory when rows of theirs are first asked for,
 * and their checksums are compared then, once in a process. Nothing but this package may write into its files: a file that
 * another program cuts off while it is mapped ends the process.
 */
export class StoreEntry implements Disposable {
  /** The entry's folder. */
  readonly folder: string;
  /** The fingerprint of its key, which is the folder's name. */
  readonly id: string;
  /** What the entry holds. */
  readonly file: EntryFile;

  readonly #inUse: Disposable;
  readonly #shards: Map<string, TeacherOutput> = new Map();
  readonly #whole: Set<number> = new Set();
  #disposed = false;

  /** Use `Store.open` or `Store.find`. @ignore */
  constructor(folder: string, file: EntryFile, inUse: Disposable) {
    this.folder = folder;
    this.file = file;
    this.id = entryId(file.key);
    this.#inUse = inUse;
  }

  /** Opens an entry that is there: keeps it from being evicted first. @ignore */
  static hold(lockPath: string, make: (inUse: Disposable) => StoreEntry | null): StoreEntry | null {
    const inUse = holdInUse(lockPath);
    let entry: StoreEntry | null = null;
    try {
      return entry = make(inUse);
    } finally {
      if (entry === null) inUse[Symbol.dispose]();
    }
  }

  /** How many images there are. */
  get images(): number {
    return this.file.images;
  }

  /** How many variants of each image there are. */
  get variants(): number {
    return this.file.variants;
  }

  /** Whether patches are there too. */
  get hasPatches(): boolean {
    return this.file.patches !== undefined;
  }

  /** How many shards a variant has. */
  get shards(): number {
    return shardCount(this.file);
  }

  /** Whether all shards are there. */
  get complete(): boolean {
    for (let variant = 0; variant < this.variants; variant++) {
      if (!this.has(variant)) return false;
    }
    return true;
  }

  /** Whether all shards of a variant are there. What is damaged shows when it is read, or filled. */
  has(variant: number): boolean {
    this.#checkOpen();
    if (!Number.isSafeInteger(variant) || variant < 0 || variant >= this.variants) return false;
    if (this.#whole.has(variant)) return true;
    for (let shard = 0; shard < this.shards; shard++) {
      if (!this.hasShard({ variant, shard })) return false;
    }
    this.#whole.add(variant);
    return true;
  }

  /** Whether a shard is there. */
  hasShard(place: ShardPlace): boolean {
    try {
      return Deno.statSync(shardPath(this.folder, place)).isFile;
    } catch {
      return false;
    }
  }

  /** The shards that are not there, of all or of those that are given. */
  missing(places: readonly ShardPlace[] = shardPlaces(this.file)): ShardPlace[] {
    this.#checkOpen();
    return places.filter((place) => !this.hasShard(place));
  }

  /**
   * What the teacher said about some images in a variant: float32, a row for each, in the order of the indices. They belong
   * to the scope that is open.
   *
   * @param variant The variant's number.
   * @param indices The images' numbers; in any order, and any number of times.
   * @param asked Whether patches are wanted, where they are stored.
   * @throws {IndexError} if there is no such variant or image.
   * @throws {StoreError} if a shard is missing or damaged: fill the store, which makes it anew.
   */
  rows(variant: number, indices: Int32Array, asked: AskOptions = {}): TeacherOutput {
    this.#checkOpen();
    if (!Number.isSafeInteger(variant) || variant < 0 || variant >= this.variants) {
      throw new IndexError(
        `The store has the variants 0 to ${this.variants - 1} of teacher "${this.file.teacher}"; ` +
          `asked for was ${variant}.`,
      );
    }
    for (const index of indices) {
      if (index >= 0 && index < this.images) continue;
      throw new IndexError(
        `The store has the images 0 to ${this.images - 1} of teacher "${this.file.teacher}"; ` +
          `asked for was ${index}.`,
      );
    }
    if (indices.length === 0) throw new ArgumentError("Rows of no image were asked for.");
    touchUsed(variantFolder(this.folder, variant));
    const parts = rowParts(this.file).filter(({ name }) => name !== "patches" || asked.patches);
    return gatherRows(indices, this.file, parts, (shard) => this.#shard({ variant, shard }));
  }

  /** A shard as matrices that are the file, in words where that can be. */
  #shard(place: ShardPlace): TeacherOutput {
    const path = shardPath(this.folder, place);
    let shard = this.#shards.get(path);
    if (shard === undefined) {
      shard = scope(() => {
        const mapped = mapShardFile(path, this.#wanted(place));
        return outputOf(rowParts(this.file), ({ name, inWords }) => {
          const matrix = mapped[name]!.flatten(1);
          return keep(inWords ? matrix.view("int64") : matrix);
        });
      });
      this.#shards.set(path, shard);
    }
    return shard;
  }

  /**
   * Writes a shard: as many rows as it has images, in their order. Numbers are rounded to the stored dtype as torch does.
   *
   * @throws {ArgumentError} if the outputs have not the shapes of the shard.
   * @throws {FileError} if it cannot be written, as on a full disk; nothing of it is left then.
   */
  writeShard(variant: number, shard: number, output: TeacherOutput): void {
    this.#checkOpen();
    const { dtype } = this.file;
    const { begin, end } = shardRange(this.file, shard);
    const parts = rowParts(this.file);
    for (const what of ["features", "logits", "patches"] as const) {
      const part = output[what];
      const shape = parts.find(({ name }) => name === what)?.shape;
      const is = part === undefined ? "none" : `[${part.shape.join(", ")}]`;
      const should = shape && `[${[Math.max(0, end - begin), ...shape].join(", ")}]`;
      if (is === (should ?? "none")) continue;
      throw new ArgumentError(
        `The ${what} of shard ${shard} of teacher "${this.file.teacher}" have the shape ${
          should ?? "none"
        }, got ${is}.`,
      );
    }
    const folder = variantFolder(this.folder, variant);
    makeFolderSync(folder);
    const place = { variant, shard };
    const path = shardPath(this.folder, place);
    this.#letGo(path);
    scope(() => {
      const stored = mapParts(
        output,
        (part) => part.detach().to({ device: "cpu", dtype, copy: true }),
      );
      writeShardFile(path, this.#wanted(place), stored);
    });
    touchUsed(folder);
  }

  /**
   * Makes sure that a shard is whole and undamaged.
   *
   * @param anew Reads it even if this process has verified it before; false by default.
   * @throws {StoreError} if it is not, or is not there.
   */
  verifyShard(place: ShardPlace, anew = false): void {
    verifyShardFile(shardPath(this.folder, place), this.#wanted(place), anew);
  }

  /** Removes a shard, so that it is made anew. */
  removeShard(place: ShardPlace): void {
    const path = shardPath(this.folder, place);
    this.#whole.delete(place.variant);
    this.#letGo(path);
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  #wanted(place: ShardPlace): ShardWanted {
    return { id: this.id, sizes: this.file, ...place };
  }

  #letGo(path: string): void {
    const shard = this.#shards.get(path);
    this.#shards.delete(path);
    for (const part of Object.values(shard ?? {})) part.dispose();
  }

  #checkOpen(): void {
    if (!this.#disposed) return;
    throw new ArgumentError(
      `The store's entry of teacher "${this.file.teacher}" was disposed of; open it again.`,
    );
  }

  /** Lets the files go: they are not in memory any more, and may be evicted. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const path of [...this.#shards.keys()]) this.#letGo(path);
    this.#inUse[Symbol.dispose]();
  }

  /** Same as {@linkcode StoreEntry.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
