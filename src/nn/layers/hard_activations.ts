/**
 * Activations of straight lines, which are cheap on small devices.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { checkRange } from "../functional/check_range.ts";
import type { InplaceOptions } from "../functional/inplace_options.ts";
import { Activation } from "./activation.ts";

/**
 * min(max(x, minVal), maxVal).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Hardtanh(-2, 2).forward(torch.tensor([-3, 1])); // [-2, 1]
 * ```
 */
export class Hardtanh extends Activation {
  /** The least value. */
  readonly minVal: number;
  /** The largest value. */
  readonly maxVal: number;

  /**
   * From -1 to 1 by default, and a new tensor is made.
   *
   * @throws {ArgumentError} if `minVal` is above `maxVal`, or there is no such option.
   */
  constructor(minVal = -1, maxVal = 1, options: InplaceOptions = {}) {
    super(options);
    checkRange("Hardtanh", minVal, maxVal);
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return this.inplace
      ? input.hardtanh_(this.minVal, this.maxVal)
      : input.hardtanh(this.minVal, this.maxVal);
  }

  /** The least and the largest value. */
  protected override numbers(): number[] {
    return [this.minVal, this.maxVal];
  }
}

/**
 * min(max(x + 3, 0), 6) / 6 (Howard et al. 2019).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Hardsigmoid().forward(torch.tensor([-4, 0, 4])); // [0, 0.5, 1]
 * ```
 */
export class Hardsigmoid extends Activation {
  /**
   * Makes a new tensor by default.
   *
   * @throws {ArgumentError} if there is no such option.
   */
  constructor(options: InplaceOptions = {}) {
    super(options);
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return this.inplace ? input.hardsigmoid_() : input.hardsigmoid();
  }
}

/**
 * x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Hardswish().forward(torch.tensor([-4, 0, 4])); // [0, 0, 4]
 * ```
 */
export class Hardswish extends Activation {
  /**
   * Makes a new tensor by default.
   *
   * @throws {ArgumentError} if there is no such option.
   */
  constructor(options: InplaceOptions = {}) {
    super(options);
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return this.inplace ? input.hardswish_() : input.hardswish();
  }
}
