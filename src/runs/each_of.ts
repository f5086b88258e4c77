/**
 * Looking at some of the images that batches are made of.
 *
 * @module
 */

import { letSignalsIn } from "../base/interrupt.ts";
import { Progress } from "../base/progress.ts";
import type { Batch } from "../data/batch.ts";
import type { Loader } from "../data/loader.ts";
import { scope } from "../torch/scope.ts";

/** How many images are looked at, and how. */
export interface Asked {
  /** How many images at most. */
  readonly most: number;
  /** How many at once, about. */
  readonly atOnce: number;
  /** Stops between two batches, with its reason. */
  readonly signal?: AbortSignal;
  /** Whether to show progress; true by default. */
  readonly progress?: boolean;
}

/**
 * Shows the first images of a loader's first epoch, in batches of nearly one size, and not the loader's: nothing depends on
 * what is left over in the last one.
 *
 * @returns How many images these are.
 * @throws the signal's reason, if it was aborted.
 */
export async function eachOf<B extends Batch>(
  loader: Loader<B>,
  { most, atOnce, signal, progress = true }: Asked,
  look: (batch: B) => void,
): Promise<number> {
  const order = loader.order(0).slice(0, most);
  const batches = Math.ceil(order.length / atOnce);
  using bar = progress
    ? new Progress({ label: "Asking the teachers", total: order.length, unit: "images" })
    : undefined;
  for (let i = 0; i < batches; i++) {
    signal?.throwIfAborted();
    const [from, to] = [i, i + 1].map((k) => Math.round(k * order.length / batches));
    using batch = (await loader.pixelsOf(order.slice(from, to), loader.variantOf(0))).keep();
    scope(() => look(batch));
    bar?.update(to);
    await letSignalsIn();
  }
  return order.length;
}
