/**
 * Dropping elements or whole channels in training.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d } from "../functional/dropout.ts";
import type { InplaceOptions } from "../functional/inplace_options.ts";
import { Module } from "../module.ts";
import { checkKnown, checkProbability } from "../options.ts";

/** What the dropouts have in common. */
abstract class DropoutLayer extends Module {
  /** The probability to be zeroed. */
  readonly p: number;
  /** Whether the result is written over the input, which is then returned. */
  readonly inplace: boolean;

  /**
   * The probability is 0.5 by default, and a new tensor is made.
   *
   * @throws {ArgumentError} if the probability is not from 0 to 1, or there is no such option.
   */
  constructor(p = 0.5, options: InplaceOptions = {}) {
    super();
    const layer = new.target.name;
    checkProbability(layer, "p", p);
    checkKnown(layer, options, ["inplace"]);
    this.p = p;
    this.inplace = options.inplace ?? false;
  }

  /** Drops in training. */
  protected abstract drop(input: Tensor): Tensor;

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    // The input itself where nothing is dropped: its owner stays the one who made it.
    return this.training && this.p > 0 ? this.drop(input) : input;
  }

  /** The probability. */
  protected override describe(): string {
    return `${this.p}${this.inplace ? ", inplace: true" : ""}`;
  }
}

/**
 * In training, zeroes elements with probability `p` and scales the others by 1 / (1 - p) (Srivastava et
 * al. 2014).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const layer = new nn.Dropout(0.5);
 * layer.forward(torch.ones([4])); // about half are 0, the others 2
 * layer.eval().forward(torch.ones([4])); // all are 1
 * ```
 */
export class Dropout extends DropoutLayer {
  /** Drops elements. */
  protected override drop(input: Tensor): Tensor {
    return dropout(input, this.p, true, this);
  }
}

/**
 * In training, zeroes whole channels of sequences with probability `p` and scales the others by 1 / (1 - p).
 *
 * Shapes: (B, C, L) or (C, L).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Dropout1d(0.2).forward(torch.ones([2, 8, 5])).shape; // [2, 8, 5]
 * ```
 */
export class Dropout1d extends DropoutLayer {
  /** Drops channels. */
  protected override drop(input: Tensor): Tensor {
    return dropout1d(input, this.p, true, this);
  }
}

/**
 * In training, zeroes whole channels of images with probability `p` and scales the others by 1 / (1 - p) (Tompson et
 * al. 2015).
 *
 * Shapes: (B, C, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Dropout2d(0.2).forward(torch.ones([2, 8, 4, 4])).shape; // [2, 8, 4, 4]
 * ```
 */
export class Dropout2d extends DropoutLayer {
  /** Drops channels. */
  protected override drop(input: Tensor): Tensor {
    return dropout2d(input, this.p, true, this);
  }
}

/**
 * In training, zeroes whole channels of volumes with probability `p` and scales the others by 1 / (1 - p).
 *
 * Shapes: (B, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Dropout3d(0.2).forward(torch.ones([2, 8, 2, 4, 4])).shape; // [2, 8, 2, 4, 4]
 * ```
 */
export class Dropout3d extends DropoutLayer {
  /** Drops channels. */
  protected override drop(input: Tensor): Tensor {
    return dropout3d(input, this.p, true, this);
  }
}

/**
 * In training, zeroes elements with probability `p` and keeps mean 0 and variance 1, for networks of
 * {@linkcode SELU} (Klambauer et al. 2017).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.AlphaDropout(0.1).forward(torch.randn([2, 8])).shape; // [2, 8]
 * ```
 */
export class AlphaDropout extends DropoutLayer {
  /** Drops elements. */
  protected override drop(input: Tensor): Tensor {
    return alphaDropout(input, this.p, true, this);
  }
}
