/**
 * What layers that pool to a given size have in common.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import type { OutputSize } from "../functional/output_size.ts";
import { outputSizes, ownWhereNull } from "../functional/output_sizes.ts";
import { Module } from "../module.ts";

/** What layers that pool to a given size have in common. */
export abstract class AdaptivePool extends Module {
  /** The sides of the output; null where one is the input's own. */
  readonly outputSize: readonly (number | null)[];
  readonly #fixed: number[] | null;

  constructor(outputSize: OutputSize, dims: number) {
    super();
    this.outputSize = outputSizes(new.target.name, outputSize, dims);
    this.#fixed = this.outputSize.includes(null) ? null : [...this.outputSize] as number[];
  }

  /** The sides of the output for an input. */
  protected sizeFor(input: Tensor): number[] {
    return this.#fixed ?? ownWhereNull(this.outputSize, input);
  }

  /** The output's size. */
  protected override describe(): string {
    return `[${this.outputSize.map((size) => size ?? "null")}]`;
  }
}
