/**
 * A batch whose memory stays where it is.
 *
 * @module
 */

import { type Batch, LabelledBatch, UnlabelledBatch } from "../data/batch.ts";
import { MixedBatch } from "../data/mixed_batch.ts";
import { noteRange, rangeOf } from "../torch/known_range.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** Batches that a recorded step can be given. */
export type OwnBatch = LabelledBatch | UnlabelledBatch | MixedBatch;

/** The parts of a batch; null if it is of a kind that is not known. */
export function partsIn(batch: unknown): Batch[] | null {
  if (batch instanceof MixedBatch) return [batch.labelled, batch.unlabelled];
  return batch instanceof LabelledBatch || batch instanceof UnlabelledBatch ? [batch] : null;
}

/** What of a batch a recorded step reads, in order. */
function inputsOf(part: Batch): Tensor[] {
  return [
    part.pixels,
    ...(part.strong === null ? [] : [part.strong]),
    ...(part instanceof LabelledBatch ? [part.labels] : []),
  ];
}

/** What must be the same of all batches that one recording is for. */
export function layoutOf(parts: readonly Batch[]): string {
  return JSON.stringify(
    parts.map((part) =>
      inputsOf(part).map((one) => [part.constructor.name, one.dtype, one.shape, one.strides])
    ),
  );
}

/** The largest label of a batch, -1 without labels; null if nobody knows without looking. */
export function highestLabel(parts: readonly Batch[]): number | null {
  let highest = -1;
  for (const part of parts) {
    if (!(part instanceof LabelledBatch)) continue;
    const range = rangeOf(part.labels);
    if (range === undefined || range[0] < 0) return null;
    highest = Math.max(highest, range[1]);
  }
  return highest;
}

/** A copy of a batch, outside all scopes, that takes the content of others of the same layout. */
export class StaticBatch implements Disposable {
  /** The batch. */
  readonly batch: OwnBatch;
  /** The parts of the batch. */
  readonly parts: readonly Batch[];

  /** Copies a batch of ours. */
  constructor(given: OwnBatch) {
    this.parts = partsIn(given)!.map(copyOf);
    const [first, second] = this.parts;
    this.batch = given instanceof MixedBatch
      ? new MixedBatch(first as LabelledBatch, second as UnlabelledBatch)
      : first as LabelledBatch | UnlabelledBatch;
  }

  /** Takes the content of another batch of the same layout. */
  take(given: OwnBatch): void {
    torch.noGrad(() => {
      partsIn(given)!.forEach((part, i) => {
        const own = inputsOf(this.parts[i]);
        inputsOf(part).forEach((one, j) => own[j].copy_(one, true));
      });
    });
  }

  /** Frees the copy. */
  [Symbol.dispose](): void {
    for (const part of this.parts) part.dispose();
  }
}

function copyOf(part: Batch): Batch {
  return torch.scope(() => {
    const clone = (tensor: Tensor) => torch.keep(tensor.clone());
    const pixels = clone(part.pixels);
    const indices = clone(part.indices);
    let made: Batch;
    if (part instanceof LabelledBatch) {
      const labels = clone(part.labels);
      const range = rangeOf(part.labels);
      if (range !== undefined) noteRange(labels, ...range);
      made = new LabelledBatch(pixels, labels, indices);
    } else {
      made = new UnlabelledBatch(pixels, indices);
    }
    return part.strong === null ? made : made.strengthen(clone(part.strong));
  });
}
