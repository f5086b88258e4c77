/**
 * The cache that Python's huggingface_hub and this package share: `models--org--name` with `blobs` (contents, by
 * their ETag), `snapshots/<commit>` (names, linked to contents), `refs` (what a branch was when last asked),
 * `.no_exist` (names that a commit does not have).
 *
 * @module
 */

import { dirname, relative } from "node:path";
import { FileError } from "../errors.ts";
import { makeFolder, temporaryName, writeAtomic } from "../files.ts";
import { pause } from "./client.ts";
import { isCommit } from "./names.ts";

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_EVERY = 100;

/** The files of one repository that are on this machine. */
export class RepoCache {
  /** The folder of the repository. */
  readonly folder: string;
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
      const commit = (await Deno.readTextFile(`${this.folder}/refs/${revision}`)).trim();
      return isCommit(commit) ? commit : null;
    } catch {
      return null;
    }
  }

  /** Remembers which commit a branch or tag is. A cache that cannot be written is fine: nothing is lost. */
  async writeRef(revision: string, commit: string): Promise<void> {
    if (revision === commit || await this.readRef(revision) === commit) return;
    await writeAtomic(`${this.folder}/refs/${revision}`, commit).catch(() => {});
  }

  /** Whether a commit's file is here. */
  has(commit: string, name: string): Promise<boolean> {
    return isFile(`${this.snapshot(commit)}/${name}`);
  }

  /** Whether it is known that a commit has no such file. */
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
      } catch {
        // No such commit here.
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
    const temporary = temporaryName(path);
    try {
      if (!this.#links) throw new Deno.errors.NotSupported("links are switched off");
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

/** Whether a path leads to a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** Says which place of the cache could not be written, and why. */
export function fileProblem(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const full = /os error (28|122)\b/.test(reason);
  return new FileError(
    `Cannot write ${path}: ${reason}. ` +
      (full ? "Make room on that disk" : "Check that the folder may be written") +
      ", or set HF_HOME or the option cacheDir to another place.",
    { cause: error },
  );
}
