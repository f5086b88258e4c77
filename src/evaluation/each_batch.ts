/**
 * Going through the batches of labelled images once.
 *
 * @module
 */

import { letSignalsIn } from "../base/interrupt.ts";
import { type LabelledBatch, Loader } from "../data/mod.ts";
import { peers } from "../nn/sharers.ts";
import * as torch from "../torch/mod.ts";
import type { LabelledBatches } from "./inference_options.ts";
import { type Looked, shareBatches } from "./shared_batches.ts";

/**
 * Goes through the batches of a first epoch, each in a scope of its own: by itself, or in shares where several processes work
 * together and the batches are a loader's, any of which can be had alone.
 *
 * @param shared False goes through all of them by itself.
 * @throws as {@linkcode shareBatches} does.
 */
export async function eachBatch(
  batches: LabelledBatches,
  looked: Looked,
  shared: boolean = true,
): Promise<void> {
  const group = peers();
  if (shared && group !== null && batches instanceof Loader) {
    return await shareBatches(batches as Loader<LabelledBatch>, group, looked);
  }
  const { see, take, onProgress, signal } = looked;
  let done = 0;
  for await (using batch of batches.epoch(0)) {
    signal?.throwIfAborted();
    done += torch.scope(() => take(see(batch)));
    onProgress?.(done);
    await letSignalsIn();
  }
}
