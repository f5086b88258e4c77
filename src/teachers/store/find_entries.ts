/**
 * What a store holds of several teachers.
 *
 * @module
 */

import type { PixelSource } from "../../data/pixel_source.ts";
import { describeEntry, type DescribeOptions } from "./describe.ts";
import type { StoreEntry } from "./entry.ts";
import type { Store } from "./store.ts";
import type { StorableTeacher } from "./types.ts";

/**
 * Opens the entries of those teachers about whom the store has everything, for `Shelf.use`; the others are asked as ever.
 *
 * @returns The entries by the teachers' names. Dispose of each when the shelf is done.
 * @throws {ArgumentError} as `describeEntry` does.
 * @throws {StoreError} if an entry that is there cannot be used.
 *
 * @example
 * ```ts
 * import { data, teachers, torch } from "@apprentice/distill";
 *
 * using images = new data.UnlabelledImages(torch.zeros([100, 1, 2, 2], { dtype: "uint8" }));
 * const pixels = new data.Loader(images, { batchSize: 32, shuffle: true, views: 1 });
 * const shelf = new teachers.Shelf([
 *   teachers.descriptive({ name: "pixels", features: (x) => x.flatten(1), featureDim: 4 }),
 * ]);
 * const root = Deno.makeTempDirSync();
 * const store = new teachers.Store({ root });
 * await teachers.fill(store, { teachers: shelf.teachers, pixels });
 * const entries = await teachers.findEntries(store, shelf.teachers, pixels);
 * shelf.use(pixels, entries);
 * for await (using batch of pixels.epoch(0)) shelf.ask(batch).of("pixels"); // is read
 * for (const entry of entries.values()) entry.dispose();
 * Deno.removeSync(root, { recursive: true });
 * ```
 */
export async function findEntries(
  store: Store,
  teachers: readonly StorableTeacher[],
  pixels: PixelSource,
  options: Omit<DescribeOptions, "store"> = {},
): Promise<Map<string, StoreEntry>> {
  const entries = new Map<string, StoreEntry>();
  try {
    for (const teacher of teachers) {
      const entry = store.find(await describeEntry(teacher, pixels, { ...options, store }));
      if (entry?.complete) entries.set(teacher.name, entry);
      else entry?.dispose();
    }
    return entries;
  } catch (error) {
    for (const entry of entries.values()) entry.dispose();
    throw error;
  }
}
