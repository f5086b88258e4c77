/**
 * Labelled and unlabelled images side by side.
 *
 * @module
 */

import type { Batch, LabelledBatch, UnlabelledBatch } from "./batch.ts";
import { Epoch } from "./epoch.ts";
import { MixedBatch } from "./mixed_batch.ts";
import { isPromise } from "./is_promise.ts";
import type { BatchOptions, EpochOptions, Loader } from "./loader.ts";
import { checkFirst } from "./check_first.ts";
import { checkWhole } from "./philox.ts";
import type { Share } from "./share.ts";
import { ArgumentError } from "../base/errors.ts";
import type { Spec } from "../base/spec.ts";

/** Two loaders side by side; see {@linkcode zipLoaders}. */
export class MixedLoader {
  /** The loader of labelled images. */
  readonly labelled: Loader<LabelledBatch>;
  /** The loader of images without labels. */
  readonly unlabelled: Loader<UnlabelledBatch>;
  /** How many batches an epoch has: as many as the longer of the two. */
  readonly length: number;

  /** Use {@linkcode zipLoaders}. @ignore */
  constructor(labelled: Loader<LabelledBatch>, unlabelled: Loader<UnlabelledBatch>) {
    const [one, other] = [labelled.shared, unlabelled.shared];
    if (one?.rank !== other?.rank || one?.size !== other?.size) {
      throw new ArgumentError(
        "Both loaders are shared by the same processes, or neither is: put whole ones side by side, and share the pair.",
      );
    }
    this.labelled = labelled;
    this.unlabelled = unlabelled;
    this.length = Math.max(labelled.length, unlabelled.length);
  }

  /**
   * What one of several processes loads of the same pairs; see `Loader.share`. A pair is shared where both halves can be divided
   * equally, and is whole otherwise.
   *
   * @throws {ArgumentError} if a `batchSize` cannot be shared equally, or the rank is none.
   */
  share(share: Share): MixedLoader {
    return new MixedLoader(this.labelled.share(share), this.unlabelled.share(share));
  }

  /** Which process's part of each pair is loaded; null for all of it. */
  get shared(): Share | null {
    return this.labelled.shared;
  }

  /**
   * The pairs of an epoch, or those from `from` on.
   *
   * @throws {ArgumentError} If the epoch is not a whole number from 0, or `from` is beyond the end.
   */
  epoch(epoch: number, options: EpochOptions = {}): Epoch<MixedBatch> {
    checkWhole(epoch, "An epoch");
    const first = checkFirst(options.from, this.length);
    const prefetch = Math.max(this.labelled.prefetch, this.unlabelled.prefetch);
    const make = (batch: number) => this.batch(epoch, batch);
    const keep = (batch: MixedBatch) => void batch.keep();
    return new Epoch({ first, end: this.length, prefetch, make, keep });
  }

  /**
   * The labelled halves of the pairs of an epoch, or of those from `from` on: the other images are not loaded.
   *
   * @throws {ArgumentError} As {@linkcode MixedLoader.epoch} does.
   */
  labelledEpoch(epoch: number, options: EpochOptions = {}): Epoch<LabelledBatch> {
    return this.#halves(this.labelled, epoch, options);
  }

  /**
   * The halves without labels of the pairs of an epoch, or of those from `from` on: labelled images are not loaded.
   *
   * @throws {ArgumentError} As {@linkcode MixedLoader.epoch} does.
   */
  unlabelledEpoch(epoch: number, options: EpochOptions = {}): Epoch<UnlabelledBatch> {
    return this.#halves(this.unlabelled, epoch, options);
  }

  #halves<B extends Batch>(loader: Loader<B>, epoch: number, { from }: EpochOptions): Epoch<B> {
    checkWhole(epoch, "An epoch");
    const first = checkFirst(from, this.length);
    const { prefetch } = loader;
    const make = (batch: number) => batchAt(loader, epoch * this.length + batch);
    const keep = (batch: B) => void batch.keep();
    return new Epoch({ first, end: this.length, prefetch, make, keep });
  }

  /** What decides the batches of both; see `Loader.spec`. */
  async spec(): Promise<Spec> {
    return { labelled: await this.labelled.spec(), unlabelled: await this.unlabelled.spec() };
  }

  /** One pair of an epoch: always the same. A promise if either loader has to be waited for. */
  batch(
    epoch: number,
    index: number,
    options: BatchOptions = {},
  ): MixedBatch | Promise<MixedBatch> {
    // Both count their batches on through the epochs of the pair, so that none is favored.
    const step = epoch * this.length + index;
    const { labelled, unlabelled } = this;
    const whole = options.whole || !isShared(labelled, step) || !isShared(unlabelled, step);
    const first = batchAt(labelled, step, { whole });
    let second: UnlabelledBatch | Promise<UnlabelledBatch>;
    try {
      second = batchAt(unlabelled, step, { whole });
    } catch (error) {
      discard(first);
      throw error;
    }
    if (!isPromise(first) && !isPromise(second)) return new MixedBatch(first, second);
    return pair(first, second);
  }
}

/** The batch of a loader at a step of all epochs. */
function batchAt<B extends Batch>(
  loader: Loader<B>,
  step: number,
  options?: BatchOptions,
): B | Promise<B> {
  return loader.batch(Math.floor(step / loader.length), step % loader.length, options);
}

function isShared<B extends Batch>(loader: Loader<B>, step: number): boolean {
  return loader.isShared(step % loader.length);
}

function discard(batch: Disposable | Promise<Disposable>): void {
  if (isPromise(batch)) batch.then((late) => late[Symbol.dispose](), () => {});
  else batch[Symbol.dispose]();
}

async function pair(
  first: LabelledBatch | Promise<LabelledBatch>,
  second: UnlabelledBatch | Promise<UnlabelledBatch>,
): Promise<MixedBatch> {
  if (!isPromise(first)) first.keep();
  if (!isPromise(second)) second.keep();
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === "fulfilled" && other.status === "fulfilled") {
    return new MixedBatch(one.value, other.value);
  }
  if (one.status === "fulfilled") one.value.dispose();
  if (other.status === "fulfilled") other.value.dispose();
  throw one.status === "rejected" ? one.reason : (other as PromiseRejectedResult).reason;
}

/**
 * Puts batches of labelled and of unlabelled images side by side, as semi-supervised learning needs
 * them. An epoch is as long as the longer loader's; the shorter one begins again, in a new order if it
 * shuffles, and goes on in the next epoch where it stopped.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * using dataset = new data.ImageDataset({
 *   images: torch.zeros([20, 1, 8, 8], { dtype: "uint8" }),
 *   labels: Array.from({ length: 20 }, (_, i) => i % 2),
 *   classNames: ["dark", "light"],
 * });
 * using few = dataset.balancedSubset(2);
 * using rest = dataset.unlabelled();
 * const loader = data.zipLoaders(
 *   new data.Loader(few, { batchSize: 4, shuffle: true }),
 *   new data.Loader(rest, { batchSize: 5, shuffle: true }),
 * );
 * for (using batch of loader.epoch(0)) {
 *   console.log(batch.labelled.labels.shape, batch.unlabelled.images.shape);
 * }
 * ```
 */
export function zipLoaders(
  labelled: Loader<LabelledBatch>,
  unlabelled: Loader<UnlabelledBatch>,
): MixedLoader {
  return new MixedLoader(labelled, unlabelled);
}
