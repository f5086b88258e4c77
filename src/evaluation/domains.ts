/**
 * Accuracy by domain: photographs, sketches, and the like, of the same classes.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { AccuracyCounter } from "./accuracy.ts";
import type { Accuracy } from "./accuracy_types.ts";
import { meanOfKnown } from "./shares.ts";

/** Which domain each image of a data set is from. */
export interface Domains {
  /** The domains' names. */
  readonly names: readonly string[];
  /** For each image, by its place in the data set, its domain as an index into the names. */
  readonly of: ArrayLike<number>;
}

/** Accuracies of the domains, and the mean over those that had images. */
export interface DomainAccuracies {
  /** For each domain, by name, how it does: in all, by class. */
  byDomain: Record<string, Accuracy>;
  /** The mean of the domains' overall accuracies, each as much as the others, of whatever size; NaN if there was no image. */
  meanByDomain: number;
}

/**
 * Counts right predictions by domain, batch by batch. Where the data sets that are put together have classes of their own,
 * {@linkcode AccuracyCounter} tells them apart by these; domains have the same ones.
 *
 * @example
 * ```ts
 * import { evaluation, torch } from "@apprentice/distill";
 *
 * const counter = new evaluation.DomainCounter(["photo", "sketch"], 2);
 * const scores = torch.tensor([[1, 0], [1, 0], [1, 0]]);
 * counter.add(scores, torch.tensor([0, 1, 0], { dtype: "int64" }), [0, 0, 1]);
 * const { byDomain, meanByDomain } = counter.result(); // photo 1/2, sketch 1, mean 3/4
 * ```
 */
export class DomainCounter {
  /** The domains, in order. */
  readonly names: readonly string[];
  readonly #counters: readonly AccuracyCounter[];

  /**
   * Begins with nothing.
   *
   * @throws {ArgumentError} if there is no domain, two have one name, or the number of classes is none.
   */
  constructor(names: readonly string[], numClasses: number) {
    if (names.length === 0 || new Set(names).size < names.length) {
      throw new ArgumentError(
        `Domains are told apart by name, at least one, no two the same; got ${names.join(", ")}.`,
      );
    }
    this.names = [...names];
    this.#counters = names.map(() => new AccuracyCounter(numClasses));
  }

  /**
   * Counts a batch: scores (B, C), of which the largest is the prediction, classes (B), and for each image the index of its
   * domain.
   *
   * @throws {ShapeError} if they do not fit each other or the classes.
   * @throws {IndexError} if a label is not one of the classes.
   * @throws {ArgumentError} if there is no such domain; then nothing is counted.
   */
  add(scores: Tensor, labels: Tensor, domains: ArrayLike<number>): void {
    const [rows] = scores.shape;
    if (domains.length !== rows || labels.shape[0] !== rows) {
      throw new ShapeError(
        `Every image has scores, a label and a domain: there are ${rows}, ${
          labels.shape[0]
        } and ${domains.length}.`,
      );
    }
    const places: number[][] = this.names.map(() => []);
    for (let row = 0; row < rows; row++) {
      const own = places[domains[row]];
      if (own === undefined) {
        throw new ArgumentError(
          `The image at row ${row} is of domain ${domains[row]}; there are ${places.length}, 0 to ${
            places.length - 1
          }.`,
        );
      }
      own.push(row);
    }
    torch.scope(() =>
      places.forEach((own, domain) => {
        if (own.length === 0) return;
        const at = torch.tensor(own, { dtype: "int64" });
        this.#counters[domain].add(
          scores.indexSelect(0, at.to(scores.device)),
          labels.indexSelect(0, at.to(labels.device)),
        );
      })
    );
  }

  /** The accuracies so far. */
  result(): DomainAccuracies {
    const results = this.#counters.map((counter) => counter.result());
    return {
      byDomain: Object.fromEntries(this.names.map((name, i) => [name, results[i]])),
      meanByDomain: meanOfKnown(results.map(({ overall }) => overall)),
    };
  }
}
