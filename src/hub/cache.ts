/**
 * The cache that Python's huggingface_hub and this package share: `models--org--name` with `blobs` (contents, by
 * their ETag), `snapshots/<commit>` (names, linked to contents), `refs` (what a branch was when last asked),
 * `.no_exist` (names that a commit does not have).
 *
 * @module
 */

import { dirname, relative } from "node:path";
import { ApprenticeError, FileError } from "../base/errors.ts";
import { checkTarget, makeFolder, temporaryName, writeAtomic } from "../base/files.ts";
import {
  isFile,
  isMissing,
  isNotAllowed,
  readProblem,
  readTextFile,
} from "../base/regular_files.ts";
import { removeTemporaries } from "../base/temporaries.ts";
import { pause } from "./client.ts";
import { isCommit } from "./safe_names.ts";
import { readRecord } from "./records.ts";

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_EVERY = 100;
/** No file that names a commit is larger, in bytes. */
const MOST_REF = 1024;
/** A download that nobody can continue was left if it was not touched for so long, in milliseconds. */
const LEFT = 3600_000;
/** One that can be continued is kept for longer. */
const GIVEN_UP = 7 * 24 * 3600_000;

/** The files of one repository that are on this machine. */
export class RepoCache {
  /** The folder of the repository. */
  readonly folder: string;
  /** The folder of what is known of them: beside the locks, where Python's tools look for no models. */
  readonly records: string;
  readonly #locks: string;
  readonly #links: boolean;

  /**
   * @param cacheDir The folder of all repositories.
   * @param repo The repository.
   * @param links Whether names are links to contents; copies otherwise.
   */
  constructor(cacheDir: string, repo: string, links = true) {
    const name = `models--${repo.replaceAll("/", "--")}`;
    this.folder = `${cacheDir}/${name}`;
    this.#locks = `${cacheDir}/.locks/${name}`;
    this.records = `${this.#locks}/known`;
    this.#links = links;
  }

  /** The folder of a commit's files. */
  snapshot(commit: string): string {
    return `${this.folder}/snapshots/${commit}`;
  }

  /** The path of a file's content. */
  blob(etag: string): string {
    return `${this.folder}/blobs/${etag}`;
  }

  /** The commit that a branch or tag was when last asked; null if it is not known. */
  async readRef(revision: string): Promise<string | null> {
    if (isCommit(revision)) return revision;
    try {
      const commit = (await readTextFile(`${this.folder}/refs/${revision}`, MOST_REF)).trim();
      return isCommit(commit) ? commit : null;
    } catch (error) {
      if (isNotAllowed(error)) throw error;
      return null;
    }
  }

  /** Remembers which commit a branch or tag is. A cache that cannot be written is fine: nothing is lost. */
  async writeRef(revision: string, commit: string): Promise<void> {
    if (revision === commit || await this.readRef(revision) === commit) return;
    await writeAtomic(`${this.folder}/refs/${revision}`, commit).catch(() => {});
  }

  /** Whether a commit's file is here, of the size that it had when it was downloaded. */
  async has(commit: string, name: string): Promise<boolean> {
    return await isFile(this.path(commit, name)) && await this.damage(commit, name) === null;
  }

  /** The path of a commit's file. */
  path(commit: string, name: string): string {
    return `${this.snapshot(commit)}/${name}`;
  }

  /** In words, how a file's size differs from what it had when it was downloaded; null if it does not. */
  async damage(commit: string, name: string): Promise<string | null> {
    const record = await readRecord(this.records, commit, name);
    if (record === null) return null;
    const { size } = await Deno.stat(this.path(commit, name));
    return size === record.size ? null : `it has ${size} bytes and had ${record.size}`;
  }

  /** Takes a file out of the cache, with the content that it is linked to, so that it is fetched anew. */
  async discard(commit: string, name: string): Promise<void> {
    const path = this.path(commit, name);
    try {
      const real = await Deno.realPath(path);
      const blobs = await Deno.realPath(`${this.folder}/blobs`).catch(() => null);
      // Only what lies in this cache: a user may have linked a file of his own.
      if (blobs !== null && dirname(real) === blobs) await Deno.remove(real);
      await Deno.remove(path);
    } catch (error) {
      if (!isMissing(error)) throw fileProblem(path, error);
    }
  }

  /** The commits of which files are here. */
  async commits(): Promise<string[]> {
    try {
      const entries = await Array.fromAsync(Deno.readDir(`${this.folder}/snapshots`));
      return entries.map(({ name }) => name).filter(isCommit).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw readProblem(`${this.folder}/snapshots`, error);
    }
  }

  /** Whether a commit is known to have no such file. */
  lacks(commit: string, name: string): Promise<boolean> {
    return isFile(`${this.folder}/.no_exist/${commit}/${name}`);
  }

  /** Remembers that a commit has no such file. */
  async markMissing(commit: string, name: string): Promise<void> {
    if (await this.lacks(commit, name)) return;
    await writeAtomic(`${this.folder}/.no_exist/${commit}/${name}`, "").catch(() => {});
  }

  /** The names of a commit's files that are here. */
  async names(commit: string): Promise<string[]> {
    const found: string[] = [];
    const walk = async (folder: string, prefix: string): Promise<void> => {
      try {
        for await (const entry of Deno.readDir(folder)) {
          const path = `${folder}/${entry.name}`;
          if (entry.isDirectory) await walk(path, `${prefix}${entry.name}/`);
          else if (await isFile(path)) found.push(prefix + entry.name);
        }
      } catch (error) {
        // No such commit here.
        if (isNotAllowed(error)) throw error;
      }
    };
    await walk(this.snapshot(commit), "");
    return found.sort();
  }

  /**
   * Gives a content its name in a commit.
   *
   * @throws {FileError} If the cache cannot be written.
   */
  async link(etag: string, commit: string, name: string, fresh: boolean): Promise<void> {
    const blob = this.blob(etag);
    const path = `${this.snapshot(commit)}/${name}`;
    if (await isFile(path)) return;
    await makeFolder(dirname(path));
    removeTemporaries(path);
    const temporary = temporaryName(path);
    try {
      if (!this.#links || !mayLink()) throw new Deno.errors.NotSupported("no links");
      await Deno.symlink(relative(dirname(path), blob), temporary);
      // Over a link that leads nowhere, too.
      await Deno.rename(temporary, path);
    } catch {
      // Where links are not allowed the file itself gets the name, as Python has it.
      try {
        if (fresh) await Deno.rename(blob, path);
        else {
          await Deno.copyFile(blob, temporary);
          await Deno.rename(temporary, path);
        }
      } catch (error) {
        throw fileProblem(path, error);
      }
    } finally {
      await Deno.remove(temporary).catch(() => {});
    }
  }

  /**
   * Keeps other processes, of whatever language, from downloading the same content.
   *
   * @returns What ends it when disposed of, and whether the file system has locks at all.
   * @throws {FileError} If the cache cannot be written.
   */
  async lock(etag: string, signal?: AbortSignal): Promise<{ locked: boolean } & Disposable> {
    const path = `${this.#locks}/${etag}.lock`;
    await makeFolder(this.#locks);
    let file: Deno.FsFile;
    try {
      checkTarget(path);
      file = await Deno.open(path, { create: true, write: true, mode: 0o664 });
    } catch (error) {
      throw fileProblem(path, error);
    }
    const close = (): void => file.close();
    try {
      while (!await file.tryLock(true)) await pause(LOOK_EVERY, signal);
      return { locked: true, [Symbol.dispose]: close };
    } catch (error) {
      if (signal?.aborted) {
        close();
        throw error;
      }
      return { locked: false, [Symbol.dispose]: close };
    }
  }
}

/**
 * Removes downloads that were left: what a living process downloads is touched every few seconds, so age tells, also
 * on a file system that several machines share.
 */
export async function removeLeftDownloads(blobs: string): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(blobs)) {
      if (!isFile || !name.endsWith(".incomplete")) continue;
      const path = `${blobs}/${name}`;
      const age = Date.now() - ((await Deno.stat(path)).mtime?.getTime() ?? Date.now());
      if (age > (UNNAMED.test(name) ? LEFT : GIVEN_UP)) await Deno.remove(path);
    }
  } catch {
    // Another process was faster, or they may not be removed: they are in nobody's way.
  }
}

/** The ending of a download that is not called by its content's checksum, so that nobody can continue it. */
const UNNAMED = /\.[0-9a-f]{8}\.incomplete$/;

/** Whether Deno lets links be made: only who may read and write everywhere, as a link could lead anywhere. */
function mayLink(): boolean {
  return (["read", "write"] as const)
    .every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

/** Says which place of the cache could not be written, and why. */
export function fileProblem(path: string, error: unknown): Error {
  if (error instanceof ApprenticeError || isNotAllowed(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const full = /os error (28|122)\b/.test(reason);
  return new FileError(
    `Cannot write ${path}: ${reason}. ` +
      (full ? "Make room on that disk" : "Check that the folder may be written") +
      ", or set HF_HOME or the option cacheDir to another place.",
    { cause: error },
  );
}
