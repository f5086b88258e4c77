/**
 * What frozen teachers said, on disk.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { cacheRoot } from "../../base/paths.ts";
import { StoreEntry } from "./entry.ts";
import { checkSame, entryId, makeEntryFile, readEntryFile } from "./entry_file.ts";
import { bytesBelow, lockPath } from "./folder.ts";
import { listStore } from "./list.ts";
import { pruneStore } from "./prune.ts";
import type {
  EntryDescription,
  EntryKey,
  MapSize,
  Pruned,
  StoreListing,
  StoreVerified,
  VerifyOptions,
} from "./types.ts";
import { verifyStore } from "./verify.ts";

/** Options of {@linkcode Store}. */
export interface StoreOptions {
  /** The store's folder; `store` in the package's cache by default. */
  root?: string;
  /** The most bytes it may have; no bound by default. Before filling, what was used least lately is evicted. */
  maxBytes?: number;
}

/**
 * What frozen teachers said about images, each asked once for each variant of an image. An entry is keyed by what decides its
 * numbers: the teacher (weights by content, layers, view), the pixels (data set, transform, seed, variants), and how
 * numbers are stored. Any number of processes may read and fill one store.
 *
 * @example
 * ```ts
 * import { teachers } from "@apprentice/distill";
 *
 * const root = Deno.makeTempDirSync();
 * const store = new teachers.Store({ root, maxBytes: 20e9 });
 * for (const { teacher, complete } of store.list()) console.log(teacher, complete);
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export class Store {
  /** The store's folder. */
  readonly root: string;
  /** The most bytes it may have; Infinity for no bound. */
  readonly maxBytes: number;

  /**
   * Names a folder as a store; nothing is made yet.
   *
   * @throws {ArgumentError} if `maxBytes` is not a number of at least 1.
   * @throws {FileError} if no root is given and no variable tells where the cache is.
   */
  constructor(options: StoreOptions = {}) {
    const { root = `${cacheRoot()}/store`, maxBytes = Infinity } = options;
    if (typeof root !== "string" || root === "") {
      throw new ArgumentError(
        `The root of a store is a folder's path, got ${JSON.stringify(root)}.`,
      );
    }
    if (!(maxBytes >= 1)) {
      throw new ArgumentError(`The maxBytes of a store is at least 1, got ${maxBytes}.`);
    }
    this.root = root.length > 1 ? root.replace(/[/\\]+$/, "") : root;
    this.maxBytes = maxBytes;
  }

  /** The bytes of all its files. */
  get bytes(): number {
    return bytesBelow(this.root);
  }

  /**
   * Opens an entry, making it if it is not there. Dispose of it: while it is open it is not evicted.
   *
   * @throws {StoreError} if the entry was made by another version, is damaged, or is of something else.
   * @throws {FileError} if it cannot be made.
   */
  open(description: EntryDescription): StoreEntry {
    return this.#hold(description, true)!;
  }

  /**
   * Opens an entry if it is there; null if not.
   *
   * @throws {StoreError} as {@linkcode Store.open} does.
   */
  find(description: EntryDescription): StoreEntry | null {
    return this.#hold(description, false);
  }

  /** How large the patches of an entry are, if it is there and has some. @ignore */
  patchSize(key: EntryKey): MapSize | undefined {
    return readEntryFile(`${this.root}/${entryId(key)}`)?.patches;
  }

  /** The folder of an entry, whether it is there or not. */
  folderOf(key: EntryKey): string {
    return `${this.root}/${entryId(key)}`;
  }

  #hold(description: EntryDescription, make: boolean): StoreEntry | null {
    const id = entryId(description.key);
    const folder = `${this.root}/${id}`;
    if (!make && readEntryFile(folder) === null) return null;
    return StoreEntry.hold(lockPath(this.root, id), (inUse) => {
      let file = readEntryFile(folder);
      if (file === null && make) {
        makeEntryFile(folder, description);
        file = readEntryFile(folder);
      }
      if (file === null) return null;
      checkSame(folder, file, description);
      return new StoreEntry(folder, file, inUse);
    });
  }

  /** All entries, those that cannot be read too. */
  list(): StoreListing[] {
    return listStore(this.root);
  }

  /**
   * Reads all shards and compares their checksums. Clears away what killed processes left.
   *
   * @param options Whether what is damaged is removed, so that filling makes it anew.
   * @throws {FileError} if a folder cannot be read.
   */
  verify(options: VerifyOptions = {}): Promise<StoreVerified> {
    return verifyStore(this.root, options);
  }

  /**
   * Evicts what was used least lately until the store has at most some bytes, and first what no process of this version can
   * read. What a living process has open stays.
   *
   * @param bytes The most bytes that may be left; 0 for nothing.
   * @throws {ArgumentError} if that is not a number of at least 0.
   */
  prune(bytes: number): Pruned {
    if (!(bytes >= 0)) {
      throw new ArgumentError(
        `A store is pruned to a number of bytes of at least 0, got ${bytes}.`,
      );
    }
    return pruneStore(this.root, bytes);
  }
}
