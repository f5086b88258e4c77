/**
 * Whether what is stored is what a teacher says.
 *
 * @module
 */

import { StoreError } from "../../base/errors.ts";
import { applyView } from "../../data/apply_view.ts";
import { noGrad } from "../../torch/backward.ts";
import { scope } from "../../torch/scope.ts";
import { knownColumns } from "../../data/known_columns.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { StoreEntry } from "./entry.ts";
import { shardPlaces, shardRange } from "./layout.ts";
import type { PixelSource } from "../../data/pixel_source.ts";
import type { StorableTeacher } from "./types.ts";

/** How far stored numbers may be from live ones, as a share of the largest: batches and devices differ in rounding. */
const TOLERANCE = 0.02;

/**
 * Asks a teacher about one image whose outputs are stored, and compares. Does nothing if there is none.
 *
 * @throws {StoreError} if the teacher says something else: it is another one of the same name.
 */
export async function checkEntry(
  entry: StoreEntry,
  teacher: StorableTeacher,
  source: PixelSource,
): Promise<void> {
  const place = shardPlaces(entry.file).find((place) => entry.hasShard(place));
  if (place === undefined) return;
  const indices = Int32Array.of(shardRange(entry.file, place.shard).begin);
  const batch = await source.pixelsOf(indices, place.variant);
  try {
    const far = noGrad(() =>
      scope(() => {
        const asked = { patches: entry.hasPatches };
        const live = teacher.see(applyView(batch.pixels, teacher.view), asked);
        const stored = entry.rows(place.variant, indices, asked);
        return Math.max(
          distance(live.features, stored.features),
          live.logits && stored.logits
            ? distance(live.logits, stored.logits, teacher.labelMap?.known)
            : 0,
          live.patches && stored.patches ? distance(live.patches, stored.patches) : 0,
        );
      })
    );
    if (far <= TOLERANCE) return;
  } finally {
    batch[Symbol.dispose]();
  }
  throw new StoreError(
    `Teacher "${teacher.name}" says something else about image ${
      indices[0]
    } than what the store holds under ` +
      `its name: it is another one, and a function is known by its name alone. Give it another name, or remove ` +
      `${entry.folder}.`,
  );
}

/** The largest difference as a share of the largest number, at known classes; infinite where shapes differ. */
function distance(all: Tensor, kept: Tensor, known: readonly number[] | null = null): number {
  if (all.shape.join() !== kept.shape.join()) return Infinity;
  const [live, stored] = [all, kept].map((part) => knownColumns(part, known));
  const wide = live.to({ device: "cpu", dtype: "float32" });
  const most = Math.max(stored.abs().max().item() as number, 1e-6);
  const far = (wide.sub(stored).abs().max().item() as number) / most;
  return Number.isNaN(far) ? Infinity : far;
}
