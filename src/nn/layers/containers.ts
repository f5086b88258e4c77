/**
 * Modules made of modules.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";

/** Modules in a list, which are children named by their place. */
abstract class ListOfModules extends Module implements Iterable<Module> {
  readonly #items: Module[] = [];

  constructor(modules: readonly Module[]) {
    super();
    for (const module of modules) this.append(module);
  }

  /** The number of modules. */
  get length(): number {
    return this.#items.length;
  }

  /** The module at `place`; negative ones count from the end. */
  at(place: number): Module {
    const found = this.#items.at(place);
    if (found === undefined) {
      throw new ArgumentError(
        `There is no module at ${place}: this ${this.constructor.name} has ${this.length}.`,
      );
    }
    return found;
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    if (!(module instanceof Module)) {
      throw new ArgumentError(
        `${this.constructor.name} takes modules, got ${typeof module} at place ${this.length}.`,
      );
    }
    this.registerModule(String(this.length), module);
    this.#items.push(module);
    return this;
  }

  /** The modules in order. */
  [Symbol.iterator](): Iterator<Module> {
    return this.#items[Symbol.iterator]();
  }

  /** The modules, for subclasses' hot paths. */
  protected get items(): readonly Module[] {
    return this.#items;
  }
}

/**
 * Modules one after the other, each given what the one before returned. Keys: `0.weight`, `1.weight`, …
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using model = new nn.Sequential(
 *   new nn.Flatten(),
 *   new nn.Linear(784, 64),
 *   new nn.ReLU(),
 *   new nn.Linear(64, 10),
 * );
 * model.forward(torch.randn([2, 1, 28, 28])).shape; // [2, 10]
 * ```
 */
export class Sequential extends ListOfModules {
  /**
   * In the order given.
   *
   * @throws {ArgumentError} if one is not a module.
   */
  constructor(...modules: Module[]) {
    super(modules);
  }

  /** Passes `input` through all modules. */
  override forward(input: Tensor): Tensor {
    let x = input;
    const items = this.items;
    for (let i = 0; i < items.length; i++) x = items[i].forward(x);
    return x;
  }
}

/** A list of modules without an order of computation of its own. Keys: `0.weight`, `1.weight`, … */
export class ModuleList extends ListOfModules {
  /**
   * In the order given.
   *
   * @throws {ArgumentError} if one is not a module.
   */
  constructor(modules: readonly Module[] = []) {
    super(modules);
  }

  /** A list computes nothing: call its modules. */
  override forward(): Tensor {
    throw new ArgumentError("A ModuleList has no forward of its own; call its modules.");
  }
}
