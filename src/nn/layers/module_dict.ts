/**
 * Modules by name.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { named } from "./named_entries.ts";

/**
 * Modules by name, without an order of computation of their own. Keys: `name.weight`, …, in the order of the entries.
 * (JavaScript sorts an object's keys that are whole numbers; a list of pairs keeps their order.)
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using heads = new nn.ModuleDict({ species: new nn.Linear(8, 20), color: new nn.Linear(8, 3) });
 * heads.get("color").forward(torch.randn([2, 8])).shape; // [2, 3]
 * Object.keys(heads.stateDict()); // species.weight, species.bias, color.weight, color.bias
 * ```
 */
export class ModuleDict extends Module implements Iterable<[string, Module]> {
  readonly #items = new Map<string, Module>();

  /**
   * In the order given.
   *
   * @throws {ArgumentError} if one is not a module, or a name is empty, holds a dot or comes twice.
   */
  constructor(
    modules: Readonly<Record<string, Module>> | Iterable<readonly [string, Module]> = {},
  ) {
    super();
    for (const [name, module] of named<Module>("ModuleDict", modules)) this.set(name, module);
  }

  /** The number of modules. */
  get size(): number {
    return this.#items.size;
  }

  /** Tells whether there is a module of that name. */
  has(name: string): boolean {
    return this.#items.has(name);
  }

  /**
   * Returns the module of that name.
   *
   * @throws {ArgumentError} if there is none; names those that there are.
   */
  get(name: string): Module {
    const found = this.#items.get(name);
    if (found !== undefined) return found;
    throw new ArgumentError(
      `This ModuleDict has no "${name}"; it has ${
        [...this.#items.keys()].join(", ") || "nothing"
      }.`,
    );
  }

  /**
   * Adds a module.
   *
   * @throws {ArgumentError} if it is not a module, or the name is empty, holds a dot or is taken.
   */
  set(name: string, module: Module): this {
    this.registerModule(name, module);
    this.#items.set(name, module);
    return this;
  }

  /** The names, in order. */
  keys(): IterableIterator<string> {
    return this.#items.keys();
  }

  /** The modules, in order. */
  values(): IterableIterator<Module> {
    return this.#items.values();
  }

  /** Names and modules, in order. */
  entries(): IterableIterator<[string, Module]> {
    return this.#items.entries();
  }

  /** Names and modules, in order. */
  [Symbol.iterator](): Iterator<[string, Module]> {
    return this.#items.entries();
  }

  /** A dictionary computes nothing: call its modules. */
  override forward(): Tensor {
    throw new ArgumentError("A ModuleDict has no forward of its own; call its modules.");
  }
}
