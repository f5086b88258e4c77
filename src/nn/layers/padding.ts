/**
 * What the layers that put something around their input have in common.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { pad, type PadMode, type PadOptions } from "../functional/pad.ts";
import { Module } from "../module.ts";
import { checkInteger, checkNumber } from "../options.ts";
import type { EndSizes } from "./end_sizes.ts";

/** What the layers have in common. */
export abstract class Padding extends Module {
  /** How much is added at each end, the last dimension first: left, right, top, bottom, front, back. */
  readonly padding: readonly number[];
  /** What `pad` is told. */
  readonly #options: PadOptions;

  constructor(padding: EndSizes, sides: number, mode: PadMode, value?: number) {
    super();
    const layer = new.target.name;
    const list = typeof padding === "object" && padding !== null
      ? [...padding]
      : new Array<number>(2 * sides).fill(padding);
    if (list.length !== 2 * sides) {
      throw new ArgumentError(
        `${layer}: padding must be one number or ${2 * sides} of them, got [${list.join(", ")}].`,
      );
    }
    for (const size of list) checkInteger(layer, "padding", size);
    if (value !== undefined) checkNumber(layer, "value", value);
    this.padding = list;
    this.#options = { mode, value };
  }

  /**
   * Shapes: the input's own, larger by what is added.
   *
   * @throws {ShapeError} if the input has other dimensions, or is smaller than what is taken from it.
   */
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, this.#options);
  }

  /** How much is added, and the value, if it is not 0. */
  protected override describe(): string {
    const value = this.#options.value ?? 0;
    return `[${this.padding}]${value === 0 ? "" : `, value: ${value}`}`;
  }
}
