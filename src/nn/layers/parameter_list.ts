/**
 * Parameters in a list.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";

/**
 * Parameters in a list: a module's own weights where there are many. Keys: `0`, `1`, …
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * class Scales extends nn.Module {
 *   scales = new nn.ParameterList([torch.ones([4]), torch.ones([4])]);
 *   override forward(x: torch.Tensor): torch.Tensor {
 *     return this.scales.at(0).mul(x).add(this.scales.at(1));
 *   }
 * }
 * using layer = new Scales();
 * Object.keys(layer.stateDict()); // scales.0, scales.1
 * ```
 */
export class ParameterList extends Module implements Iterable<Tensor> {
  readonly #items: Tensor[] = [];

  /**
   * In the order given; the tensors become parameters.
   *
   * @throws {ArgumentError} if one is not a tensor, or is the result of a recorded operation.
   * @throws {DTypeError} if one is not of a floating-point dtype.
   */
  constructor(tensors: Iterable<Tensor> = []) {
    super();
    for (const tensor of tensors) this.append(tensor);
  }

  /** The number of parameters. */
  get length(): number {
    return this.#items.length;
  }

  /**
   * Returns the parameter at `place`; negative ones count from the end.
   *
   * @throws {ArgumentError} if there is none.
   */
  at(place: number): Tensor {
    const found = this.#items.at(place);
    if (found !== undefined) return found;
    throw new ArgumentError(
      `There is no parameter at ${place}: this ParameterList has ${this.length}.`,
    );
  }

  /**
   * Makes a tensor the last parameter.
   *
   * @throws {ArgumentError} if it is not a tensor, or is the result of a recorded operation.
   * @throws {DTypeError} if it is not of a floating-point dtype.
   */
  append(tensor: Tensor): this {
    this.#items.push(this.registerParameter(String(this.length), tensor));
    return this;
  }

  /** The parameters in order. */
  [Symbol.iterator](): Iterator<Tensor> {
    return this.#items[Symbol.iterator]();
  }

  /** A list computes nothing: use its parameters. */
  override forward(): Tensor {
    throw new ArgumentError("A ParameterList has no forward of its own; use its parameters.");
  }

  /** The number of parameters. */
  protected override describe(): string {
    return `${this.length}`;
  }
}
