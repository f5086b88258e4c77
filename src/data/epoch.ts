/**
 * One pass over a dataset.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { isPromise } from "./is_promise.ts";

/** What an {@linkcode Epoch} consists of. */
interface EpochParts<T> {
  /** The first batch. */
  first: number;
  /** The batch after the last. */
  end: number;
  /** How many batches to begin ahead of the one that is handed out. */
  prefetch: number;
  /** Makes a batch. */
  make: (batch: number) => T | Promise<T>;
  /** Takes a batch that was made ahead out of whatever scope is open. */
  keep: (batch: T) => void;
}

/**
 * One pass over a dataset, or the rest of one: iterate it with `for` if the dataset is in memory,
 * with `for await` in any case. Every iteration starts again.
 *
 * A batch belongs to whoever takes it: write `for (using batch of epoch)`, or take it inside a
 * `torch.scope`. With `for await` no scope has it, and `using` is needed.
 */
export class Epoch<T extends Disposable> implements Iterable<T>, AsyncIterable<T> {
  readonly #parts: EpochParts<T>;

  /** Made by a loader's `epoch`. @ignore */
  constructor(parts: EpochParts<T>) {
    this.#parts = parts;
  }

  /** How many batches there are in it. */
  get length(): number {
    return this.#parts.end - this.#parts.first;
  }

  /**
   * The batches, one after the other.
   *
   * @throws {ArgumentError} If the dataset gives its images as promises.
   */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    const { first, end, make } = this.#parts;
    for (let i = first; i < end; i++) {
      const batch = make(i);
      if (isPromise(batch)) {
        batch.then((late) => late[Symbol.dispose](), () => {});
        throw new ArgumentError(
          "This dataset's images have to be waited for: iterate with `for await`, not with `for`.",
        );
      }
      yield batch;
    }
  }

  /**
   * The batches, those of a dataset that has to be waited for begun `prefetch` ahead. When the
   * iteration ends early or fails, what was made ahead is disposed of.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const { first, end, prefetch, make, keep } = this.#parts;
    const ahead: (T | Promise<T>)[] = [];
    let next = first;
    try {
      while (true) {
        while (next < end && ahead.length <= prefetch) {
          const batch = make(next++);
          ahead.push(batch);
          if (!isPromise(batch)) {
            keep(batch);
            // Already there: making more of them now would only take memory.
            break;
          }
          // Its error is thrown when its turn comes, and is not unhandled until then.
          batch.catch(() => {});
        }
        if (ahead.length === 0) return;
        yield await ahead.shift()!;
      }
    } finally {
      for (const left of ahead) {
        try {
          (await left)[Symbol.dispose]();
        } catch {
          // Nobody asked for this batch any more.
        }
      }
    }
  }
}
