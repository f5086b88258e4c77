/**
 * The folder that a run leaves behind: its config, metrics, student and report.
 *
 * @module
 */

import { join } from "node:path";
import { say } from "../base/progress.ts";
import { ArgumentError, FileError } from "../base/errors.ts";
import { makeFolder, removeTemporaries, writeAtomic } from "../base/files.ts";
import { holdFolder, holdFolderWhenFree } from "./hold_folder.ts";
import { isNotAllowed } from "../base/regular_files.ts";

/** The names of the files in a run folder. */
export const RUN_FILES = {
  /** The config used. */
  config: "config.json",
  /** The recipe as resolved. */
  recipe: "recipe.json",
  /** The versions of this package, libtorch and Deno. */
  versions: "versions.json",
  /** The manifest of teachers: what decides what each says. */
  teachers: "teachers.json",
  /** Where the run goes on from. */
  checkpoint: "checkpoint.safetensors",
  /** The student of the best epoch. */
  best: "best.safetensors",
  /** What came out. */
  result: "result.json",
  /** What student and teachers cost. */
  costs: "costs.json",
  /** Held by the process that works in the folder. */
  lock: "run.lock",
  /** One JSON line per record. */
  metrics: "metrics.jsonl",
  /** The trained student. */
  student: "student.safetensors",
  /** Heads from the student to its teachers, where the method keeps them. */
  heads: "heads.safetensors",
  /** The report, one file that opens offline. */
  report: "report.html",
} as const;

/**
 * One run's folder. It holds recipe, metrics, checkpoint, student, result and report, under the names of
 * {@linkcode RUN_FILES}; files are written as a whole or not at all.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const root = await Deno.makeTempDir(); // usually "runs"
 * const run = await runs.RunFolder.create(root, "uniform"); // <root>/uniform-20260131-142501
 * await run.writeJson("config.json", { seed: 1, epochs: 4 });
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export class RunFolder {
  /** The folder's own path, as it was given or made. */
  readonly root: string;
  /** Whether this process writes in it: of several that work together, one does. */
  readonly isWritten: boolean;

  private constructor(root: string, isWritten = true) {
    this.root = root;
    this.isWritten = isWritten;
  }

  /**
   * Makes a new folder `<root>/<name>-<date>-<time>`, in local time. Runs started in the same second
   * get a number after it.
   *
   * @param root The folder of all runs; it is made if it lacks.
   * @param name What is run: letters, digits, `.`, `_` and `-`.
   * @param date When the run started (default: now).
   * @throws {ArgumentError} If the name is empty or has other characters.
   * @throws {FileError} If the folder cannot be made or written.
   */
  static async create(root: string, name: string, date: Date = new Date()): Promise<RunFolder> {
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name)) {
      throw new ArgumentError(
        `Run folder: the name is ${JSON.stringify(name)}; use letters, digits, ".", "_" and "-", ` +
          'not beginning with "." or "-".',
      );
    }
    await makeFolder(root);
    const base = `${name}-${timestamp(date)}`;
    for (let attempt = 1; attempt <= 1000; attempt++) {
      const path: string = join(root, attempt === 1 ? base : `${base}-${attempt}`);
      try {
        // Not recursive: of two runs that want the same name, one is refused and takes the next.
        await Deno.mkdir(path);
        return new RunFolder(path);
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) continue;
        if (isNotAllowed(error)) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new FileError(
          `Cannot make the run folder ${path}: ${reason}. ` +
            "Check that the folder may be written, or choose another place for runs.",
          { cause: error },
        );
      }
    }
    throw new FileError(`Run folder: ${join(root, base)} and 999 more exist. Clear out ${root}.`);
  }

  /**
   * Opens the folder of an earlier run, to go on with it. Clears away what processes that were killed left half written.
   *
   * @throws {FileError} If there is no such folder.
   */
  static async open(path: string): Promise<RunFolder> {
    const info = await Deno.stat(path).catch((error) => {
      if (isNotAllowed(error)) throw error;
    });
    if (!info?.isDirectory) {
      throw new FileError(
        `There is no run folder at ${path}. Give the path of one, or start a new run.`,
      );
    }
    for (const name of Object.values(RUN_FILES)) removeTemporaries(join(path, name));
    return new RunFolder(path);
  }

  /**
   * Opens a folder that another process writes in, together with which this one works: nothing is written through it.
   *
   * @throws {FileError} If it is not to be seen from here.
   */
  static async follow(path: string): Promise<RunFolder> {
    const info = await Deno.stat(path).catch((error) => {
      if (isNotAllowed(error)) throw error;
    });
    if (info?.isDirectory) return new RunFolder(path, false);
    throw new FileError(
      `The run folder ${path} is not to be seen from ${Deno.cwd()}. Processes that train together share it: give one on ` +
        "a file system that all machines have.",
    );
  }

  /**
   * Makes the folder at a path, or opens the one that is there.
   *
   * @throws {FileError} If it cannot be made.
   */
  static async at(path: string): Promise<RunFolder> {
    await makeFolder(path);
    return await RunFolder.open(path);
  }

  /**
   * Keeps other processes out of the folder until disposed of. The system gives it back when a process ends in
   * whatever way, so that no folder stays locked.
   *
   * @throws {FileError} If a process works in it already, or it cannot be written.
   */
  hold(): Disposable {
    return holdFolder(this.root, RUN_FILES.lock);
  }

  /**
   * Keeps other processes out as soon as none works in it any more, and says so where it has to wait; null if it was stopped
   * before.
   *
   * @throws {FileError} If the folder cannot be written.
   */
  async holdWhenFree(
    options: { progress?: boolean; signal?: AbortSignal } = {},
  ): Promise<Disposable | null> {
    const busy = (pid: string): void => {
      if (options.progress !== false) {
        say(`waiting for process ${pid}, which works in ${this.root}`);
      }
    };
    return await holdFolderWhenFree(this.root, RUN_FILES.lock, busy, options.signal);
  }

  /** Whether a file is there. */
  has(name: string): boolean {
    try {
      return Deno.statSync(this.path(name)).isFile;
    } catch (error) {
      if (isNotAllowed(error)) throw error;
      return false;
    }
  }

  /** Whether a path is the folder of a run that has a recipe. */
  static async isRun(path: string): Promise<boolean> {
    const info = await Deno.stat(join(path, RUN_FILES.recipe)).catch((error) => {
      if (isNotAllowed(error)) throw error;
    });
    return info?.isFile === true;
  }

  /** The path of something in the folder: `run.path("checkpoints", "400.safetensors")`. */
  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /**
   * Writes a value as JSON to be read by people too. Numbers that JSON cannot hold (NaN, infinities,
   * bigints) are written as text.
   *
   * @param name The file's name in the folder.
   * @throws {ArgumentError} If the value refers to itself.
   * @throws {FileError} If it cannot be written; what was there before stays.
   */
  async writeJson(name: string, value: unknown): Promise<void> {
    if (!this.isWritten) return;
    let text: string | undefined;
    try {
      text = JSON.stringify(value, readable, 2);
    } catch (error) {
      throw new ArgumentError(
        `Run folder: ${name} cannot be written as JSON: ${
          (error as Error).message
        }. Give plain data.`,
        { cause: error },
      );
    }
    await writeAtomic(this.path(name), (text ?? "null") + "\n");
  }

  /**
   * Writes text.
   *
   * @param name The file's name in the folder.
   * @throws {FileError} If it cannot be written; what was there before stays.
   */
  async writeText(name: string, text: string): Promise<void> {
    if (!this.isWritten) return;
    await writeAtomic(this.path(name), text);
  }
}

/** Keeps what `JSON.stringify` would turn into null or refuse. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return typeof value === "bigint" ? String(value) : value;
}

/** A date as `20260131-142501`, in local time. */
function timestamp(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}-` +
    `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
