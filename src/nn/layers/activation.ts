/**
 * What activations that can write over their input have in common.
 *
 * @module
 */

import type { InplaceOptions } from "../functional/inplace_options.ts";
import { Module } from "../module.ts";
import { checkKnown } from "../options.ts";

/** An activation that can write over its input. */
export abstract class Activation extends Module {
  /** Whether the result is written over the input, which is then returned. */
  readonly inplace: boolean;

  /** @throws {ArgumentError} if there is no such option. */
  constructor(options: InplaceOptions) {
    super();
    checkKnown(new.target.name, options, ["inplace"]);
    this.inplace = options.inplace ?? false;
  }

  /** Tells the numbers that the layer has, and that it writes over its input, where it does. */
  protected override describe(): string {
    return [...this.numbers(), ...(this.inplace ? ["inplace: true"] : [])].join(", ");
  }

  /** The numbers that the activation was made with. */
  protected numbers(): number[] {
    return [];
  }
}
