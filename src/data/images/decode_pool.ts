/**
 * Threads that decode images into shared memory.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { ApprenticeError, DisposedError } from "../../base/errors.ts";
import {
  closeShard,
  type DecodeFailure,
  type DecodeJob,
  type DecodeTask,
  LANES,
  runTasks,
} from "./decode_tasks.ts";
import { DecodeWatch } from "./decode_watch.ts";
import type { WorkerReply, WorkerRequest } from "./decode_worker.ts";
import { Decoder, type DecodeSettings, overdueReason } from "./decoder.ts";

/** How many images a worker gets at a time; so many that messages cost nothing beside them. */
const TASKS = 8;
/** How many jobs a worker has, so that the next is there when one is done. */
const JOBS = 2;

interface Waiting {
  readonly job: DecodeJob;
  readonly done: (failures: readonly DecodeFailure[]) => void;
  readonly failed: (error: Error) => void;
}

interface Member {
  readonly worker: Worker;
  readonly jobs: Map<number, Waiting>;
  readonly watch: DecodeWatch;
}

/** Milliseconds that a thread gets beyond the time limit, to give up by itself; at most as many as the limit has. */
const GRACE = 2000;

/**
 * Decodes images in `workers` threads, or in this one if that is 0. Threads are started when the first image is
 * asked for. They keep the process alive only while they have something to do.
 *
 * A thread gives up an image that takes too long and goes on with the next; one that a decoder blocks, so that it cannot,
 * is ended and replaced by another.
 */
export class DecodePool {
  readonly #settings: DecodeSettings;
  readonly #workers: number;
  readonly #members: Member[] = [];
  readonly #queue: Waiting[] = [];
  #own: Promise<Decoder> | undefined;
  /** In this thread, images are decoded one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #number = 0;
  #disposed = false;
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(settings: DecodeSettings, workers: number) {
    this.#settings = settings;
    this.#workers = workers > 0 && !hasWorkerFile() ? 0 : workers;
  }

  /**
   * Decodes images into one memory.
   *
   * @returns Those that could not be decoded.
   */
  async decode(
    tasks: readonly DecodeTask[],
    memory: SharedArrayBuffer,
    seed: number,
    epoch: number,
  ): Promise<DecodeFailure[]> {
    if (this.#disposed) {
      throw new DisposedError("These images were disposed of; open the folder or file again.");
    }
    if (this.#workers === 0) return await this.#decodeHere({ tasks, memory, seed, epoch });
    const parts: Promise<readonly DecodeFailure[]>[] = [];
    for (let at = 0; at < tasks.length; at += TASKS) {
      const job = { tasks: tasks.slice(at, at + TASKS), memory, seed, epoch };
      parts.push(
        new Promise((done, failed) => void this.#queue.push({ job, done, failed })),
      );
    }
    this.#hand();
    return (await Promise.all(parts)).flat();
  }

  /** Ends the threads. What is being decoded is refused with a {@linkcode DisposedError}. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    closeShard();
    this.#end(new DisposedError("The images were disposed of while some were being decoded."));
  }

  async #decodeHere(job: DecodeJob): Promise<DecodeFailure[]> {
    this.#own ??= Decoder.open(this.#settings);
    const decoder = await this.#own;
    const failures = this.#last.then(() => {
      if (this.#disposed) {
        throw new DisposedError("The images were disposed of while some were being decoded.");
      }
      return runTasks(decoder, job);
    });
    this.#last = failures.catch(() => {});
    return await failures;
  }

  /** Gives the workers what is waiting, and looks after them as long as they have something to do. */
  #hand(): void {
    this.#deal();
    const busy = this.#members.some(({ jobs }) => jobs.size > 0);
    if (!busy) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    } else if (this.#clock === undefined) {
      const limit = 1000 * this.#settings.timeLimit;
      this.#clock = setInterval(() => this.#replaceBlocked(limit), Math.min(1000, limit));
    }
  }

  /** Replaces the threads that are blocked. */
  #replaceBlocked(limit: number): void {
    for (const member of [...this.#members]) {
      const rows = member.watch.overdue(performance.now(), limit + Math.min(GRACE, limit));
      if (rows.length > 0 && member.jobs.size > 0) this.#replace(member, rows);
    }
  }

  /**
   * Ends a thread that was blocked while it was at the images of some rows; others do what it had. If it was at several,
   * only one of them need be to blame: each is begun again by itself.
   */
  #replace(member: Member, rows: readonly number[]): void {
    this.#members.splice(this.#members.indexOf(member), 1);
    close(member);
    const [{ job, done, failed }, ...rest] = member.jobs.values();
    member.jobs.clear();
    const reason = overdueReason(this.#settings.timeLimit);
    const failures: DecodeFailure[] = rows.length > 1
      ? []
      : rows.map((row) => ({ row, reason, kind: "decode" }));
    const tasks = job.tasks.filter(({ row }) => !rows.includes(row));
    const parts = rows.length > 1 ? job.tasks.filter(({ row }) => rows.includes(row)) : [];
    const jobs = [tasks, ...parts.map((task) => [task])].filter(({ length }) => length > 0);
    const all = jobs.map((tasks) =>
      new Promise<readonly DecodeFailure[]>((done, failed) =>
        void this.#queue.unshift({ job: { ...job, tasks }, done, failed })
      )
    );
    Promise.all(all).then((more) => done([...failures, ...more.flat()]), failed);
    this.#queue.push(...rest);
    this.#hand();
  }

  /** Gives the workers what is waiting: to each in turn, so that all have something first. */
  #deal(): void {
    while (this.#members.length < Math.min(this.#workers, this.#queue.length)) this.#start();
    for (let load = 0; load < JOBS; load++) {
      for (const member of this.#members) {
        if (this.#queue.length === 0) return;
        if (member.jobs.size > load) continue;
        const waiting = this.#queue.shift()!;
        const number = this.#number++;
        if (member.jobs.size === 0) member.worker.ref();
        member.jobs.set(number, waiting);
        member.worker.postMessage({ number, job: waiting.job } satisfies WorkerRequest);
      }
    }
  }

  #start(): void {
    listenForEnd();
    const worker = openWorker();
    const jobs = new Map<number, Waiting>();
    const watch = new DecodeWatch(LANES);
    worker.unref();
    worker.on("message", (reply: WorkerReply) => {
      if (reply === "closed") return void worker.terminate();
      const { number, failures } = reply;
      const waiting = jobs.get(number);
      jobs.delete(number);
      if (jobs.size === 0) worker.unref();
      waiting?.done(failures);
      this.#hand();
    });
    // What goes wrong with an image is a reply; this is a worker that cannot run at all.
    worker.on("error", (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#end(new ApprenticeError(`A decoding worker stopped: ${message}`, { cause: error }));
    });
    const start = { settings: this.#settings, notes: watch.memory };
    worker.postMessage(start satisfies WorkerRequest);
    const member = { worker, jobs, watch };
    this.#members.push(member);
    threads.add(member);
    worker.on("exit", () => threads.delete(member));
  }

  #end(error: Error): void {
    clearInterval(this.#clock);
    this.#clock = undefined;
    const members = this.#members.splice(0);
    const waiting = [
      ...members.flatMap(({ jobs }) => [...jobs.values()]),
      ...this.#queue.splice(0),
    ];
    for (const member of members) {
      member.jobs.clear();
      close(member);
    }
    for (const { failed } of waiting) failed(error);
  }
}

/** All threads that have not ended. */
const threads = new Set<Member>();

/** Ends a thread once its libraries are done. Before, it would take memory along that they still read: a crash. */
function close({ worker, watch }: Member): void {
  watch.close();
  worker.postMessage("close" satisfies WorkerRequest);
  worker.unref();
}

/** In milliseconds. */
const LAST_WAIT = 250;
let listening = false;

/** The end of the program, by an error too, ends threads in just that way, if it is not left at once. */
function listenForEnd(): void {
  if (listening) return;
  listening = true;
  const busy = (): boolean => [...threads].some(({ watch }) => watch.busy);
  const fail = (event: Event, error: unknown): void => {
    if (event.defaultPrevented || !busy()) return;
    console.error("error: Uncaught", error);
    leave(1);
  };
  let leaving = false;
  const leave = (code?: number): void => {
    if (leaving) return;
    leaving = true;
    for (const { watch } of threads) watch.close();
    // Whatever is being resized is done by then, and nothing more is begun: libtorch goes while the process ends.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_WAIT);
    Deno.exit(code);
  };
  globalThis.addEventListener("unload", () => {
    if (busy()) leave();
  });
  globalThis.addEventListener("error", (event) => fail(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => fail(event, event.reason));
}

const workerFile = new URL("./decode_worker.ts", import.meta.url);
/** Never called: what an import names, `deno compile` puts into the program. */
const _compiledAlong = (): Promise<unknown> => import("./decode_worker.ts");
let warned = false;

/** Whether threads can be started: a program that was bundled into one file has none for them, and decodes in this one. */
function hasWorkerFile(): boolean {
  if (workerFile.protocol !== "file:") return true;
  try {
    Deno.statSync(workerFile);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return true;
    if (!warned) {
      console.warn(
        "Images are decoded in this thread: a program that was bundled into one file has no file to start others " +
          "from. Run it unbundled, with deno run or deno compile, if that is too slow.",
      );
    }
    warned = true;
    return false;
  }
  return true;
}

function openWorker(): Worker {
  const url = workerFile;
  if (url.protocol === "file:") return new Worker(url);
  // Workers of this kind, which an idle process need not wait for, are started from files only.
  const code = `import ${JSON.stringify(url.href)};`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
}
