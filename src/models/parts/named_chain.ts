/**
 * Modules in a row, under names.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { chain } from "./stage.ts";

/** Modules in a row as {@linkcode chain} runs them, each under a name of its own. None may keep its input. */
export class NamedChain extends nn.Module {
  readonly #modules: readonly nn.Module[];

  /** In the order given. */
  constructor(modules: Readonly<Record<string, nn.Module>>) {
    super();
    for (const [name, module] of Object.entries(modules)) this.registerModule(name, module);
    this.#modules = Object.values(modules);
  }

  /** The modules, in order. */
  get items(): readonly nn.Module[] {
    return this.#modules;
  }

  /** Passes `input` through all modules. */
  override forward(input: Tensor): Tensor {
    return chain(this.#modules, input);
  }
}
