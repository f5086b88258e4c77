/**
 * Activations that keep what is positive, and level off below.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { checkCeluAlpha } from "../functional/check_celu_alpha.ts";
import type { InplaceOptions } from "../functional/inplace_options.ts";
import { checkNumber } from "../options.ts";
import { Activation } from "./activation.ts";

/**
 * x where positive, alpha (eˣ - 1) elsewhere (Clevert et al. 2015).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ELU().forward(torch.tensor([-1, 2])); // [-0.6321, 2]
 * ```
 */
export class ELU extends Activation {
  /** Minus the value far below 0. */
  readonly alpha: number;

  /**
   * `alpha` is 1 by default, and a new tensor is made.
   *
   * @throws {ArgumentError} if `alpha` is not a finite number, or there is no such option.
   */
  constructor(alpha = 1, options: InplaceOptions = {}) {
    super(options);
    checkNumber("ELU", "alpha", alpha);
    this.alpha = alpha;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return this.inplace ? input.elu_(this.alpha) : input.elu(this.alpha);
  }

  /** The alpha. */
  protected override numbers(): number[] {
    return [this.alpha];
  }
}

/**
 * max(x, 0) + min(alpha (exp(x / alpha) - 1), 0) (Barron 2017): an {@linkcode ELU} without a kink.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.CELU(2).forward(torch.tensor([-2, 2])); // [-1.2642, 2]
 * ```
 */
export class CELU extends Activation {
  /** Minus the value far below 0. */
  readonly alpha: number;

  /**
   * `alpha` is 1 by default, and a new tensor is made.
   *
   * @throws {ArgumentError} if `alpha` is not a finite number or 0, or there is no such option.
   */
  constructor(alpha = 1, options: InplaceOptions = {}) {
    super(options);
    checkCeluAlpha("CELU", alpha);
    this.alpha = alpha;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return this.inplace ? input.celu_(this.alpha) : input.celu(this.alpha);
  }

  /** The alpha. */
  protected override numbers(): number[] {
    return [this.alpha];
  }
}

/**
 * An {@linkcode ELU} with scale 1.0507 and alpha 1.6733, which keep mean 0 and variance 1 (Klambauer et al. 2017).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.SELU().forward(torch.tensor([-1, 2])); // [-1.1113, 2.1014]
 * ```
 */
export class SELU extends Activation {
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
    return this.inplace ? input.selu_() : input.selu();
  }
}
