/**
 * What teachers say about images that stay as they are, computed once.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import { Progress } from "../../base/progress.ts";
import * as teachers from "../../teachers/mod.ts";
import type { OutputCache, Teacher } from "../../teachers/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { RunFolder } from "../../runs/folder.ts";
import { stopped } from "./running.ts";

/** What {@linkcode teacherOutputs} is told. */
export interface OutputsOptions {
  /** How the images' pixels are normalized. */
  pixels: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** The run, for the message when it stops. */
  folder: RunFolder;
  /** Stops between two teachers. */
  signal?: AbortSignal;
}

/** Each teacher's outputs for all images. */
export async function teacherOutputs(
  shelf: readonly Teacher[],
  images: { readonly images: Tensor; readonly length: number },
  { pixels, folder, signal }: OutputsOptions,
): Promise<OutputCache[]> {
  using progress = new Progress({
    label: shelf.length === 1 ? "teacher looks at the images" : "teachers look at the images",
    total: shelf.length * images.length,
    unit: "images",
  });
  const transform = data.normalize(pixels.mean, pixels.std);
  const caches: OutputCache[] = [];
  for (const teacher of shelf) {
    const before = caches.length * images.length;
    caches.push(
      teachers.cacheOutputs(teacher, images, {
        transform,
        onProgress: (done: number) => progress.update(before + done, teacher.name),
      }),
    );
    await new Promise((resolve) => setTimeout(resolve));
    if (!signal?.aborted) continue;
    for (const cache of caches) cache.dispose();
    stopped(folder);
  }
  return caches;
}
