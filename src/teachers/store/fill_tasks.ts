/**
 * Going through the shards that are missing, beside other processes that do the same.
 *
 * @module
 */

import { makeFolderSync } from "../../base/files.ts";
import { type Progress, say } from "../../base/progress.ts";
import type { StoreEntry } from "./entry.ts";
import { fillBlock, type ShardJob } from "./fill_block.ts";
import type { FillOptions } from "./fill_options.ts";
import { claimPath, LEAST_IMAGES, shardRange, variantFolder } from "./layout.ts";
import { claim } from "./locks.ts";
import { blockOf } from "./shares.ts";
import type { ShardPlace, StorableTeacher } from "./types.ts";

/** How long another process's shards are waited for before they are looked at again, in milliseconds; each time twice as long. */
const LOOK_FIRST = 100;
/** At most so long: a folder of another machine is not asked for every shard all the time. */
const LOOK_EVERY = 3000;

/** A teacher and where its outputs go. */
export interface Task {
  readonly teacher: StorableTeacher;
  readonly entry: StoreEntry;
  /** The shards that are wanted. */
  readonly places: readonly ShardPlace[];
}

/** Counts outputs. */
export class Counter {
  readonly #total: number;
  readonly #bar: Progress | undefined;
  readonly #onProgress: FillOptions["onProgress"];
  #done = 0;

  /** Takes how many there are to be, and who wants to know. */
  constructor(
    total: number,
    bar: Progress | undefined,
    onProgress: FillOptions["onProgress"],
  ) {
    this.#total = total;
    this.#bar = bar;
    this.#onProgress = onProgress;
  }

  /** Counts some more. */
  add(count: number): void {
    this.#done += count;
    this.#bar?.update(this.#done);
    this.#onProgress?.(this.#done, this.#total);
  }
}

/**
 * Fills what is missing of some entries, block by block; returns how many shards were computed here.
 *
 * @param cut Batches end at multiples of this: the same number whoever is in memory, so that all machines compute the same.
 */
export async function fillTasks(
  tasks: readonly Task[],
  options: FillOptions,
  counter: Counter,
  cut: number,
): Promise<number> {
  const { pixels, batchSize = 128, signal } = options;
  const block = Math.max(LEAST_IMAGES, blockOf(tasks.map(({ entry }) => entry.file)));
  let computed = 0;
  let wait = 0;
  let left = tasks;
  for (;;) {
    // What was there stays: the entries are in use.
    left = left.map((task) => ({ ...task, places: task.entry.missing(task.places) }));
    const missing = groupByBlock(left, block);
    if (missing.size === 0) return computed;
    let claimed = 0;
    for (const wanted of missing.values()) {
      signal?.throwIfAborted();
      const jobs = claimAll(wanted);
      if (jobs.length === 0) continue;
      claimed += jobs.length;
      const { variant } = wanted[0].place;
      const onOutputs = (count: number) => counter.add(count);
      await fillBlock(jobs, { pixels, variant, batchSize, cut, signal, onOutputs });
    }
    computed += claimed;
    if (claimed === 0) {
      // All that is missing is being computed by other processes: by one that dies, no more.
      if (options.progress && wait === 0) say("Waiting for shards that another process computes");
      wait = Math.min(LOOK_EVERY, Math.max(LOOK_FIRST, 2 * wait));
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    signal?.throwIfAborted();
  }
}

interface Wanted extends Omit<Task, "places"> {
  readonly place: ShardPlace;
}

/** The missing shards, those of the same images and variant together. */
function groupByBlock(
  tasks: readonly Task[],
  block: number,
): Map<string, Wanted[]> {
  const groups = new Map<string, Wanted[]>();
  for (const task of tasks) {
    for (const place of task.places) {
      const { begin } = shardRange(task.entry.file, place.shard);
      const key = `${place.variant} ${Math.floor(begin / block)}`;
      const group = groups.get(key) ?? [];
      group.push({ teacher: task.teacher, entry: task.entry, place });
      groups.set(key, group);
    }
  }
  return groups;
}

/** Claims shards that are still missing and that nobody else works on. */
function claimAll(wanted: readonly Wanted[]): ShardJob[] {
  const jobs: ShardJob[] = [];
  try {
    for (const { teacher, entry, place } of wanted) {
      if (entry.hasShard(place)) continue;
      makeFolderSync(variantFolder(entry.folder, place.variant));
      const own = claim(claimPath(entry.folder, place));
      if (own === null) continue;
      // Its last holder may have finished it in the meantime.
      if (entry.hasShard(place)) own[Symbol.dispose]();
      else jobs.push({ teacher, entry, shard: place.shard, claim: own });
    }
    return jobs;
  } catch (error) {
    for (const job of jobs) job.claim[Symbol.dispose]();
    throw error;
  }
}
