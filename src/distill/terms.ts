/**
 * The terms of a loss, weighed.
 *
 * @module
 */

import { TrainingError } from "../base/errors.ts";
import type { Tensor } from "../torch/tensor.ts";

/** A loss of several weighted terms, in the making. */
export class Terms {
  /** The terms so far, unweighted and without a graph, and what was noted beside them. */
  readonly values: Record<string, Tensor> = {};
  #loss: Tensor | null = null;

  /**
   * Adds a term. One of weight 0 is never computed.
   *
   * @param name Its name in records; `"loss"` for a loss that has no parts.
   * @param term Computes it: one element, with its graph.
   */
  add(name: string, weight: number, term: () => Tensor): void {
    if (weight === 0) return;
    const value = term();
    if (name !== "loss") this.values[name] = value.detach();
    const weighted = weight === 1 ? value : value.mul(weight);
    this.#loss = this.#loss === null ? weighted : this.#loss.add(weighted);
  }

  /** Records a number of this step that is no part of the loss, such as one teacher's. */
  note(name: string, value: Tensor): void {
    this.values[name] = value.detach();
  }

  /**
   * The weighted sum.
   *
   * @throws {TrainingError} if no term was added.
   */
  get loss(): Tensor {
    if (this.#loss !== null) return this.#loss;
    throw new TrainingError("A lesson added no term, so that there is no loss. Add one to terms.");
  }
}
