/**
 * Labelled and unlabelled images together.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { LabelledBatch, UnlabelledBatch } from "./batch.ts";

/** A batch of both kinds, disposed of together. */
export class MixedBatch implements Disposable {
  /** Images with labels. */
  readonly labelled: LabelledBatch;
  /** Images without. */
  readonly unlabelled: UnlabelledBatch;

  /**
   * Takes over both.
   *
   * @throws {ArgumentError} if one is not of its kind.
   */
  constructor(labelled: LabelledBatch, unlabelled: UnlabelledBatch) {
    if (!(labelled instanceof LabelledBatch) || !(unlabelled instanceof UnlabelledBatch)) {
      throw new ArgumentError(
        "A mixed batch is of a LabelledBatch and an UnlabelledBatch, in this order.",
      );
    }
    this.labelled = labelled;
    this.unlabelled = unlabelled;
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
