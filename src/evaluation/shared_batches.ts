/**
 * Looking at a data set in shares: each process at some of the batches.
 *
 * @module
 */

import { ArgumentError, DistributedError } from "../base/errors.ts";
import { InterruptedError, letSignalsIn } from "../base/interrupt.ts";
import { Epoch, type LabelledBatch, type Loader } from "../data/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import { Exchange, type Message } from "./exchange.ts";

/** How batches are looked at, and what becomes of them. */
export interface Looked {
  /** Who asks, to begin errors with. */
  readonly what: string;
  /** Where a model computes. */
  readonly device: Device;
  /** What is seen in a batch; its tensors may be the batch's own. Where processes share the batches, one of them sees it. */
  readonly see: (batch: LabelledBatch) => readonly Tensor[];
  /** Takes in what was seen, batch by batch in their order, and returns how many images that were. Every process does. */
  readonly take: (seen: readonly Tensor[]) => number;
  /** Called after every batch with the number of images done. */
  readonly onProgress?: (done: number) => void;
  /** Stops between two batches: its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** What a process says beside what it has seen. */
interface Words {
  /** The work, and what it is about. */
  readonly what: string;
  readonly images: number;
  readonly batchSize: number;
  readonly batches: number;
  /** The reason for which it was asked to stop. */
  readonly stopped?: string;
  /** The error for which it could not see its batch. */
  readonly failed?: string;
}

/**
 * Shows the batches of a loader's first epoch in rounds, of which each process sees one batch; what was seen goes to all, who
 * take it in in the loader's order. So each ends with what it would have had alone, to the last bit. Processes stop
 * together: if one is asked to, or fails, all throw in the same round.
 *
 * @throws the signal's reason, or an {@linkcode InterruptedError} that repeats the one of another process.
 * @throws {DistributedError} that says who could not see its batch; there it is the error itself.
 * @throws {ArgumentError} if the processes look at different images.
 */
export async function shareBatches(
  loader: Loader<LabelledBatch>,
  group: torch.distributed.ProcessGroup,
  { what, device, see, take, onProgress, signal }: Looked,
): Promise<void> {
  const { rank, size } = group;
  const { images, batchSize, length: batches, prefetch } = loader;
  const exchange = new Exchange<Words>(group, device);
  const ours = new Epoch<LabelledBatch>({
    first: 0,
    end: Math.max(0, Math.ceil((batches - rank) / size)),
    prefetch,
    make: (round) => wholeBatch(loader, round * size + rank),
    keep: (batch) => void batch.keep(),
  })[Symbol.asyncIterator]();
  let done = 0;
  try {
    for (let first = 0; first < batches; first += size) {
      const stop = signal?.aborted ? { reason: signal.reason } : undefined;
      let failure: { error: unknown } | undefined;
      const fail = (error: unknown) => void (failure = { error });
      using batch = stop ? undefined : (await ours.next().catch(fail))?.value || undefined;
      const counts = torch.scope(() => {
        let tensors: readonly Tensor[] = [];
        try {
          if (batch !== undefined) tensors = see(batch);
        } catch (error) {
          fail(error);
        }
        const words: Words = {
          what,
          images,
          batchSize,
          batches,
          ...(stop && { stopped: inWords((stop.reason as Error | null)?.message ?? stop.reason) }),
          ...(failure && { failed: inWords(failure.error) }),
        };
        const all = exchange.round({ words, tensors });
        // What happened here is thrown as it is.
        if (stop) throw stop.reason;
        if (failure) throw failure.error;
        check(all);
        return all.slice(0, batches - first).map(({ tensors }) => torch.scope(() => take(tensors)));
      });
      for (const count of counts) onProgress?.(done += count);
      await letSignalsIn();
    }
  } finally {
    await ours.return(undefined);
  }
}

/** All images of a batch of the first epoch, as teachers see them, also where a loader gives each process a part. */
function wholeBatch(loader: Loader<LabelledBatch>, index: number) {
  const start = index * loader.batchSize;
  const indices = loader.order(0).subarray(start, start + loader.batchSize);
  return loader.pixelsOf(indices, loader.variantOf(0));
}

/** Throws what another process has said, the same in all that have nothing to say themselves. */
function check(all: readonly Message<Words>[]): void {
  const [first] = all;
  for (const [rank, { words }] of all.entries()) {
    if (words.stopped !== undefined) {
      throw new InterruptedError(`Rank ${rank} was asked to stop: ${words.stopped}`);
    }
    if (words.failed !== undefined) {
      // Without a rank: where it ends the work, the group says who is to blame, and what to do.
      throw new DistributedError(`Rank ${rank} failed: ${words.failed}`);
    }
    const [one, other] = [first.words, words].map(
      ({ what, images, batchSize, batches }) =>
        `${what}, ${images} images in ${batches} batches of ${batchSize}`,
    );
    if (one === other) continue;
    throw new ArgumentError(
      `Processes that look at images in shares look at the same ones: rank 0 is about ${one}; rank ${rank} about ${other}. ` +
        "Give all of them one data set and one batchSize, or shared: false, to look at all images by themselves.",
    );
  }
}

/** As much of an error, or of another reason, as is sent. */
function inWords(reason: unknown): string {
  return String(reason).slice(0, 4000);
}
