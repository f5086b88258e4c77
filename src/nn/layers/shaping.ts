/**
 * Layers without weights that change shape, drop elements or do nothing.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkProbability } from "./options.ts";

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

  /** All dimensions but the first by default. */
  constructor(startDim = 1, endDim = -1) {
    super();
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

  /**
   * The probability is 0.5 by default.
   *
   * @throws {ArgumentError} if it is not from 0 to 1.
   */
  constructor(p = 0.5) {
    super();
    checkProbability("Dropout", "p", p);
    this.p = p;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    // The input itself where nothing is dropped: its owner stays the one who made it.
    if (!this.training || this.p === 0) return input;
    return torch.dropout(input, this.p, true);
  }

  /** The probability. */
  protected override describe(): string {
    return `${this.p}`;
  }
}
