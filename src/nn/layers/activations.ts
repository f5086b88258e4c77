/**
 * Activations as layers. None has a state.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import type { InplaceOptions } from "../functional/activations.ts";
import { checkApproximation } from "../functional/check_approximation.ts";
import type { GeluApproximation } from "../functional/gelu_approximation.ts";
import { Module } from "../module.ts";
import { checkInteger, checkKnown, checkNumber } from "../options.ts";

/** An activation that can write over its input. */
abstract class Activation extends Module {
  /** Whether the result is written over the input, which is then returned. */
  readonly inplace: boolean;

  constructor(options: InplaceOptions) {
    super();
    checkKnown(new.target.name, options, ["inplace"]);
    this.inplace = options.inplace ?? false;
  }

  /** Tells that the layer writes over its input, where it does. */
  protected override describe(): string {
    return this.inplace ? "inplace: true" : "";
  }
}

/** max(x, 0). */
export class ReLU extends Activation {
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
    return this.inplace ? input.relu_() : input.relu();
  }
}

/** x Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016). */
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

/** x sigmoid(x). */
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

/** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
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

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/** x where positive, a small slope elsewhere. */
export class LeakyReLU extends Activation {
  /** The slope where x is negative. */
  readonly negativeSlope: number;

  /**
   * The slope is 0.01 by default, and a new tensor is made.
   *
   * @throws {ArgumentError} if the slope is not a finite number, or there is no such option.
   */
  constructor(negativeSlope = 0.01, options: InplaceOptions = {}) {
    super(options);
    checkNumber("LeakyReLU", "negativeSlope", negativeSlope);
    this.negativeSlope = negativeSlope;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return this.inplace
      ? input.leakyRelu_(this.negativeSlope)
      : input.leakyRelu(this.negativeSlope);
  }

  /** The slope. */
  protected override describe(): string {
    return `${this.negativeSlope}${this.inplace ? ", inplace: true" : ""}`;
  }
}

/** e^x along a dimension, divided by its sum. */
export class Softmax extends Module {
  /** The dimension. */
  readonly dim: number;

  /**
   * The last dimension by default.
   *
   * @throws {ArgumentError} if it is not a whole number.
   */
  constructor(dim = -1) {
    super();
    checkInteger("Softmax", "dim", dim);
    this.dim = dim;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.softmax(this.dim);
  }
}
