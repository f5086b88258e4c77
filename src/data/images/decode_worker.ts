/**
 * A thread that decodes images. The first message says how, each further one is a job.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type DecodeFailure, type DecodeJob, runTasks } from "./decode_tasks.ts";
import { DecodeNotes } from "./decode_watch.ts";
import { Decoder, type DecodeSettings } from "./decoder.ts";

/** What a worker is sent. */
export type WorkerRequest =
  | { readonly settings: DecodeSettings; readonly notes: SharedArrayBuffer }
  | { readonly number: number; readonly job: DecodeJob }
  | "close";

/** What a worker answers to each job. */
export type WorkerReply =
  | { readonly number: number; readonly failures: readonly DecodeFailure[] }
  | "closed";

let decoder: Promise<Decoder>;
let notes: DecodeNotes;
/** Jobs follow each other: a second one waits here while the first is worked on. */
let last: Promise<void> = Promise.resolve();

parentPort!.on("message", (message: WorkerRequest) => {
  if (message === "close") {
    // The thread may end once its libraries are done: they read memory that goes with it.
    void last.then(() => notes.idle()).then(() => parentPort!.postMessage("closed"));
    return;
  }
  if ("settings" in message) {
    decoder = Decoder.open(message.settings);
    notes = new DecodeNotes(message.notes);
    return;
  }
  const { number, job } = message;
  last = last.then(async () => {
    const failures = await runTasks(await decoder, job, notes);
    parentPort!.postMessage({ number, failures } satisfies WorkerReply);
  });
});
