/**
 * A copy of a run's metrics for TensorBoard.
 *
 * @module
 */

import { makeFolderSync, writeAtomicSync } from "../../base/files.ts";
import { isNotAllowed, readFileSync } from "../../base/regular_files.ts";
import { appendTo, cannotWrite, type MetricsCopy, openCopy } from "../metrics_copy.ts";
import type { MetricRecord } from "../metrics_sink.ts";
import { restartEvent, scalarsEvent, scalarsOf, versionEvent, wallTimeOf } from "./events.ts";
import { frame, payloadsOf } from "./records.ts";

/** TensorBoard reads what has `tfevents` in its name, in the order of names. */
const OWN_FILE = /^events\.out\.tfevents\.(\d{10,})\.apprentice$/;

/**
 * One event file, begun anew when records are taken out. A TensorBoard that is looking on never goes back to a file
 * that it has left, and opens files by name: so the new file, which comes later by its name, says that all before it
 * counts no more and repeats what stays; the old file is emptied, and removed the time after. In whatever moment a
 * process dies, TensorBoard shows the old records or the new ones.
 */
export class TensorBoardCopy implements MetricsCopy {
  readonly #folder: string;
  #path = "";
  #file: Deno.FsFile | undefined;

  /** Writes into `folder`; nothing is opened yet. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The event files that are there, in TensorBoard's order. */
  existing(): string[] {
    let names: string[];
    try {
      names = [...Deno.readDirSync(this.#folder)].map(({ name }) => name);
    } catch (error) {
      // What else stands in the way shows when it is written.
      if (isNotAllowed(error)) throw error;
      return [];
    }
    return names.filter((name) => OWN_FILE.test(name)).sort().map((name) =>
      `${this.#folder}/${name}`
    );
  }

  rebuild(records: readonly MetricRecord[]): void {
    this.close();
    makeFolderSync(this.#folder);
    try {
      this.#path = this.#write(records);
    } catch (error) {
      throw cannotWrite(this.#folder, error);
    }
    this.#file = openCopy(this.#path);
  }

  /** Makes one file hold the records, if it does not yet; its path. */
  #write(records: readonly MetricRecord[]): string {
    const all = this.existing();
    const filled = all.filter(hasBytes);
    for (const path of all) if (!filled.includes(path)) Deno.removeSync(path);
    const before = filled.length > 0 ? readFileSync(filled.at(-1)!) : new Uint8Array(0);
    // Records were written in this order: the nth event is of the nth record that had one.
    const frames = framesOf(records, Array.from(payloadsOf(before), wallTimeOf));
    if (filled.length === 1 && areBytes(before, frames)) return filled[0];
    const path = `${this.#folder}/${nameAfter(all.at(-1))}`;
    // Under a name that TensorBoard does not read, until the file is whole.
    const part = `${this.#folder}/events.part`;
    writeAtomicSync(part, frames);
    Deno.renameSync(part, path);
    for (const old of filled) Deno.truncateSync(old);
    return path;
  }

  append(record: MetricRecord): void {
    const scalars = scalarsOf(record);
    if (scalars.length === 0) return;
    const bytes = frame(scalarsEvent(Date.now() / 1000, Number(record.step), scalars));
    appendTo(this.#file!, this.#path, bytes);
  }

  flush(): void {
    this.#file?.syncDataSync();
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** The whole content of a file: what it begins with, and the records' events, written when `times` says or now. */
function framesOf(records: readonly MetricRecord[], times: readonly number[]): Uint8Array[] {
  let written = 0;
  const now = Date.now() / 1000;
  const time = () => times[written++] ?? now;
  const frames = [frame(versionEvent(time())), frame(restartEvent(time()))];
  for (const record of records) {
    const scalars = scalarsOf(record);
    if (scalars.length === 0) continue;
    frames.push(frame(scalarsEvent(time(), Number(record.step), scalars)));
  }
  return frames;
}

function hasBytes(path: string): boolean {
  return Deno.statSync(path).size > 0;
}

function areBytes(bytes: Uint8Array, parts: readonly Uint8Array[]): boolean {
  let at = 0;
  for (const part of parts) for (const byte of part) if (bytes[at++] !== byte) return false;
  return at === bytes.length;
}

/** A name for now, and behind the last one in any case. */
function nameAfter(last: string | undefined): string {
  const before = Number(OWN_FILE.exec(last?.replace(/^.*\//, "") ?? "")?.[1] ?? 0);
  const seconds = Math.max(Math.floor(Date.now() / 1000), before + 1);
  return `events.out.tfevents.${String(seconds).padStart(10, "0")}.apprentice`;
}
