/**
 * Filling a store: teachers are asked once about every variant of every image.
 *
 * @module
 */

import { StoreError } from "../../base/errors.ts";
import { letSignalsIn } from "../../base/interrupt.ts";
import { Progress, say } from "../../base/progress.ts";
import type { Spec } from "../../base/spec.ts";
import { removeTemporariesIn } from "../../base/temporaries.ts";
import { formatBytes } from "../../base/text.ts";
import { isFunction } from "../teacher_specs.ts";
import { checkEntry } from "./check_entry.ts";
import type { StoreEntry } from "./entry.ts";
import { describeAll, estimateOf, together } from "./estimate.ts";
import type { Filled, FillEstimate, FillOptions } from "./fill_options.ts";
import { Counter, fillTasks, type Task } from "./fill_tasks.ts";
import { claimPath, LEAST_IMAGES, variantFolder } from "./layout.ts";
import { claim, removeDeadClaims } from "./locks.ts";
import { besideText, holdPart } from "./part_lock.ts";
import { makeRoom } from "./room.ts";
import { checkPart, shareOf } from "./shares.ts";
import type { Store } from "./store.ts";
import type { Part, ShardPlace } from "./types.ts";

/**
 * Asks teachers about every variant of every image of a source, as far as the store has not the answers, and stores them.
 * Shards that are damaged are made anew. Filling may be interrupted at any moment, and goes on where it stopped; several
 * processes may fill one store at once, each then computes some of the shards: any of them, or those of its `part`, where
 * machines have no folder in common and `mergeStores` joins what each made. The store's bytes are the same however that
 * goes, as long as the batch size is.
 *
 * @throws {ArgumentError} if an option is not usable, or a teacher's outputs have not the shapes that it declares.
 * @throws {TrainingError} if a teacher says NaN or infinity, or a number that float16 cannot hold.
 * @throws {StoreError} if the store's bound leaves no room, or an entry cannot be used.
 * @throws {FileError} if the disk has no room, or cannot be written; finished shards stay.
 * @throws what the source throws of an image that cannot be decoded; finished shards stay.
 *
 * @example
 * ```ts
 * import { data, teachers, torch } from "@apprentice/distill";
 *
 * using images = new data.UnlabelledImages(torch.zeros([100, 1, 2, 2], { dtype: "uint8" }));
 * const pixels = new data.Loader(images, { batchSize: 32, shuffle: true, views: 1 });
 * const teacher = teachers.descriptive({
 *   name: "pixels",
 *   features: (images) => images.flatten(1),
 *   featureDim: 4,
 * });
 * const root = Deno.makeTempDirSync();
 * const store = new teachers.Store({ root });
 * await teachers.fill(store, { teachers: [teacher], pixels });
 * using entry = store.find(await teachers.describeEntry(teacher, pixels))!;
 * entry.rows(0, Int32Array.of(3, 7)).features.shape; // [2, 4]
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export async function fill(store: Store, options: FillOptions): Promise<Filled> {
  const { teachers, resident = "all", progress = false, verify = true, onStart, signal } = options;
  const started = performance.now();
  if (options.part) checkPart(options.part);
  const descriptions = await describeAll(store, options);
  signal?.throwIfAborted();
  using held = new DisposableStack();
  const entries = descriptions.map((description) => held.use(store.open(description)));
  const files = entries.map(({ file }) => file);
  const share = shareOf(files, options.part);
  const tasks = entries.map((entry, i): Task => ({
    teacher: teachers[i],
    entry,
    places: share[i],
  }));
  const beside = options.part ? noteOf(held, store.root, entries, options.part) : null;
  if (beside !== null && progress) say(besideText(options.part!, beside));
  let repaired = 0;
  for (const task of tasks) {
    const { teacher, entry } = task;
    removeLeftOvers(entry);
    if (verify) repaired += await removeDamaged(task, signal);
    const spec = entry.file.key.teacher as Record<string, Spec>;
    if (isFunction(spec)) await checkEntry(entry, teacher, options.pixels);
  }
  const before = together(
    tasks.map(({ entry, places }) => estimateOf(store, entry.file, entry.missing(places))),
  );
  makeRoom(store, before.missingBytes);
  onStart?.(before);
  using bar = progress ? barOf(before) : undefined;
  const counter = new Counter(before.missingOutputs, bar, options.onProgress);
  const turns = resident === "all" ? [tasks] : tasks.map((task) => [task]);
  const cut = Math.min(LEAST_IMAGES, ...files.map(({ shardImages }) => shardImages));
  let computed = 0;
  for (const turn of turns) {
    computed += await fillTasks(turn, options, counter, cut);
    if (resident === "one") turn[0].teacher.release?.();
  }
  return { ...before, computed, repaired, beside, seconds: (performance.now() - started) / 1000 };
}

/** Notes which part is filled until the stack is disposed of; returns who is at it already. */
function noteOf(
  held: DisposableStack,
  root: string,
  entries: readonly StoreEntry[],
  part: Part,
): string | null {
  const note = holdPart(root, entries.map(({ id }) => id), part);
  if (typeof note === "string") return note;
  held.use(note);
  return null;
}

/** Removes what killed processes left. */
function removeLeftOvers(entry: StoreEntry): void {
  removeTemporariesIn(entry.folder);
  for (let variant = 0; variant < entry.variants; variant++) {
    const folder = variantFolder(entry.folder, variant);
    removeTemporariesIn(folder);
    removeDeadClaims(folder);
  }
}

/** Removes shards that are damaged; returns how many. */
async function removeDamaged({ entry, places }: Task, signal?: AbortSignal): Promise<number> {
  let count = 0;
  for (const place of places) {
    if (!entry.hasShard(place)) continue;
    signal?.throwIfAborted();
    try {
      entry.verifyShard(place);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (removeUnlessMade(entry, place)) count++;
    }
    await letSignalsIn();
  }
  return count;
}

/** Removes a damaged shard, unless another process does that, or has made it anew in the meantime. */
function removeUnlessMade(entry: StoreEntry, place: ShardPlace): boolean {
  using own = claim(claimPath(entry.folder, place));
  if (own === null) return false;
  try {
    entry.verifyShard(place);
    return false;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    entry.removeShard(place);
    return true;
  }
}

/** Says what is to come, and makes the bar for it. */
function barOf({ missingBytes, missingOutputs, freeBytes }: FillEstimate): Progress | undefined {
  if (missingOutputs === 0) return undefined;
  const free = freeBytes === null ? "" : `; ${formatBytes(freeBytes)} are free`;
  say(`Filling the store with ${formatBytes(missingBytes)}${free}`);
  return new Progress({ label: "Filling the store", total: missingOutputs, unit: "outputs" });
}
