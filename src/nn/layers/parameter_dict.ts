/**
 * Parameters by name.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { named } from "./named_entries.ts";

/**
 * Parameters by name: a module's own weights where their names are data. Keys: the names, those of an object sorted as
 * PyTorch sorts those of a dictionary; a list of pairs keeps its order.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using prompts = new nn.ParameterDict({ cat: torch.zeros([8]), dog: torch.zeros([8]) });
 * prompts.get("dog").requiresGrad; // true
 * Object.keys(prompts.stateDict()); // cat, dog
 * ```
 */
export class ParameterDict extends Module implements Iterable<[string, Tensor]> {
  readonly #items = new Map<string, Tensor>();

  /**
   * Makes the tensors parameters.
   *
   * @throws {ArgumentError} if one is not a tensor or is the result of a recorded operation, or a name is empty, holds
   * a dot or comes twice.
   * @throws {DTypeError} if one is not of a floating-point dtype.
   */
  constructor(
    tensors: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {},
  ) {
    super();
    const pairs = [...named<Tensor>("ParameterDict", tensors)];
    // The order is that of an optimizer's state, which has to be PyTorch's to be loaded there.
    if (!(Symbol.iterator in tensors)) pairs.sort(([a], [b]) => a < b ? -1 : 1);
    for (const [name, tensor] of pairs) this.set(name, tensor);
  }

  /** The number of parameters. */
  get size(): number {
    return this.#items.size;
  }

  /** Tells whether there is a parameter of that name. */
  has(name: string): boolean {
    return this.#items.has(name);
  }

  /**
   * Returns the parameter of that name.
   *
   * @throws {ArgumentError} if there is none; names those that there are.
   */
  get(name: string): Tensor {
    const found = this.#items.get(name);
    if (found !== undefined) return found;
    throw new ArgumentError(
      `This ParameterDict has no "${name}"; it has ${
        [...this.#items.keys()].join(", ") || "nothing"
      }.`,
    );
  }

  /**
   * Makes a tensor a parameter.
   *
   * @throws {ArgumentError} if it is not a tensor or is the result of a recorded operation, or the name is empty, holds
   * a dot or is taken.
   * @throws {DTypeError} if it is not of a floating-point dtype.
   */
  set(name: string, tensor: Tensor): this {
    this.#items.set(name, this.registerParameter(name, tensor));
    return this;
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    return this.#items.keys();
  }

  /** The parameters, in order. */
  values(): IterableIterator<Tensor> {
    return this.#items.values();
  }

  /** Names and parameters, in order. */
  entries(): IterableIterator<[string, Tensor]> {
    return this.#items.entries();
  }

  /** Names and parameters, in order. */
  [Symbol.iterator](): Iterator<[string, Tensor]> {
    return this.#items.entries();
  }

  /** A dictionary computes nothing: use its parameters. */
  override forward(): Tensor {
    throw new ArgumentError("A ParameterDict has no forward of its own; use its parameters.");
  }

  /** The names. */
  protected override describe(): string {
    return [...this.#items.keys()].join(", ");
  }
}
