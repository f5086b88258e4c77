/**
 * Layers without weights that change shape, drop elements or do nothing.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { InplaceOptions } from "../functional/activations.ts";
import { Module } from "../module.ts";
import { checkInteger, checkKnown, checkProbability } from "../options.ts";

/** Returns its input. */
export class Identity extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input;
  }
}

/** Makes one dimension of several: by default all but the first. */
export class Flatten extends Module {
  /** The first dimension that is joined. */
  readonly startDim: number;
  /** The last dimension that is joined. */
  readonly endDim: number;

  /**
   * All dimensions but the first by default.
   *
   * @throws {ArgumentError} if a dimension is not a whole number.
   */
  constructor(startDim = 1, endDim = -1) {
    super();
    checkInteger("Flatten", "startDim", startDim);
    checkInteger("Flatten", "endDim", endDim);
    this.startDim = startDim;
    this.endDim = endDim;
  }

  /** Shapes: (B, *) to (B, product of the rest), by default. */
  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }
}

/**
 * In training, zeroes elements with probability `p` and scales the others by 1 / (1 - p) (Srivastava et
 * al. 2014).
 */
export class Dropout extends Module {
  /** The probability of an element to be zeroed. */
  readonly p: number;
  /** Whether the result is written over the input, which is then returned. */
  readonly inplace: boolean;

  /**
   * The probability is 0.5 by default, and a new tensor is made.
   *
   * @throws {ArgumentError} if it is not from 0 to 1, or there is no such option.
   */
  constructor(p = 0.5, options: InplaceOptions = {}) {
    super();
    checkProbability("Dropout", "p", p);
    checkKnown("Dropout", options, ["inplace"]);
    this.p = p;
    this.inplace = options.inplace ?? false;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    // The input itself where nothing is dropped: its owner stays the one who made it.
    if (!this.training || this.p === 0) return input;
    return this.inplace ? torch.dropout_(input, this.p, true) : torch.dropout(input, this.p, true);
  }

  /** The probability. */
  protected override describe(): string {
    return `${this.p}${this.inplace ? ", inplace: true" : ""}`;
  }
}
