/**
 * The terms of a loss, weighed.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";

/** A loss of several weighted terms, in the making. */
export class WeightedSum {
  /** The terms so far, unweighted and without a graph. */
  readonly terms: Record<string, Tensor> = {};
  #loss: Tensor | null = null;

  /** Adds a term. */
  add(name: string, term: Tensor, weight: number): void {
    this.terms[name] = term.detach();
    const weighted = weight === 1 ? term : term.mul(weight);
    this.#loss = this.#loss === null ? weighted : this.#loss.add(weighted);
  }

  /** The weighted sum; there must be at least one term. */
  get loss(): Tensor {
    return this.#loss!;
  }
}
