/**
 * Labelled and unlabelled images together.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { LabelledBatch, UnlabelledBatch } from "./batch.ts";
import type { Share } from "./share.ts";

/** A batch of both kinds, disposed of together. */
export class MixedBatch implements Disposable {
  /** Images with labels. */
  readonly labelled: LabelledBatch;
  /** Images without. */
  readonly unlabelled: UnlabelledBatch;

  /**
   * Takes over both.
   *
   * @throws {ArgumentError} if one is not of its kind, or they are not the same process's part.
   */
  constructor(labelled: LabelledBatch, unlabelled: UnlabelledBatch) {
    if (!(labelled instanceof LabelledBatch) || !(unlabelled instanceof UnlabelledBatch)) {
      throw new ArgumentError(
        "A mixed batch is of a LabelledBatch and an UnlabelledBatch, in this order.",
      );
    }
    const [one, other] = [labelled.share, unlabelled.share];
    if (one?.rank !== other?.rank || one?.size !== other?.size) {
      throw new ArgumentError(
        `The halves of a mixed batch are shared by the same processes, or neither is: got ${
          nameOf(one)
        } of labelled images and ${nameOf(other)} of the others.`,
      );
    }
    this.labelled = labelled;
    this.unlabelled = unlabelled;
  }

  /** Whose part of a batch these images are, which several processes share; null for a whole batch. */
  get share(): Share | null {
    return this.labelled.share;
  }

  /** How many images the batch has, with those of all processes that share it. */
  get wholeLength(): number {
    return this.labelled.wholeLength + this.unlabelled.wholeLength;
  }

  /** Takes the tensors of both out of the scope they were made in. */
  keep(): this {
    this.labelled.keep();
    this.unlabelled.keep();
    return this;
  }

  /** Frees the tensors of both. */
  dispose(): void {
    this.labelled.dispose();
    this.unlabelled.dispose();
  }

  /** Same as {@linkcode MixedBatch.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function nameOf(share: Share | null): string {
  return share === null ? "the whole" : `share ${share.rank} of ${share.size}`;
}
