/**
 * Activations without a kink.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { checkApproximation } from "../functional/check_approximation.ts";
import type { GeluApproximation } from "../functional/gelu_approximation.ts";
import type { InplaceOptions } from "../functional/inplace_options.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber } from "../options.ts";
import { Activation } from "./activation.ts";

/**
 * x Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.GELU().forward(torch.tensor([-1, 2])); // [-0.1587, 1.9545]
 * ```
 */
export class GELU extends Module {
  readonly #options: { approximate: GeluApproximation };

  /**
   * Exact by default.
   *
   * @throws {ArgumentError} if there is no such approximation.
   */
  constructor(options: { approximate?: GeluApproximation } = {}) {
    super();
    checkKnown("GELU", options, ["approximate"]);
    this.#options = { approximate: options.approximate ?? "none" };
    checkApproximation(this.#options.approximate);
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.gelu(this.#options);
  }
}

/**
 * x sigmoid(x).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.SiLU().forward(torch.tensor([-1, 2])); // [-0.2689, 1.7616]
 * ```
 */
export class SiLU extends Activation {
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
    return this.inplace ? input.silu_() : input.silu();
  }
}

/**
 * x tanh(log(1 + eˣ)) (Misra 2019).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Mish().forward(torch.tensor([-1, 2])); // [-0.3034, 1.944]
 * ```
 */
export class Mish extends Activation {
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
    return this.inplace ? input.mish_() : input.mish();
  }
}

/**
 * log(1 + e^(beta x)) / beta, linear where beta x is above `threshold`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.Softplus().forward(torch.tensor([-1, 2])); // [0.3133, 2.1269]
 * ```
 */
export class Softplus extends Module {
  /** How sharp the bend is. */
  readonly beta: number;
  /** Where the line begins, in beta x. */
  readonly threshold: number;

  /**
   * `beta` is 1 and `threshold` 20 by default.
   *
   * @throws {ArgumentError} if one is not a finite number.
   */
  constructor(beta = 1, threshold = 20) {
    super();
    checkNumber("Softplus", "beta", beta);
    checkNumber("Softplus", "threshold", threshold);
    this.beta = beta;
    this.threshold = threshold;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.softplus(this.beta, this.threshold);
  }

  /** The two numbers. */
  protected override describe(): string {
    return `${this.beta}, threshold: ${this.threshold}`;
  }
}
