/**
 * Activations as layers. None has a state.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { checkApproximation, type GeluApproximation } from "../functional/activations.ts";
import { Module } from "../module.ts";

/** max(x, 0). */
export class ReLU extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.relu();
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
    this.#options = { approximate: options.approximate ?? "none" };
    checkApproximation(this.#options.approximate);
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.gelu(this.#options);
  }
}

/** x sigmoid(x). */
export class SiLU extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.silu();
  }
}

/** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
export class Hardswish extends Module {
  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.hardswish();
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
export class LeakyReLU extends Module {
  /** The slope where x is negative. */
  readonly negativeSlope: number;

  /** The slope is 0.01 by default. */
  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = negativeSlope;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.leakyRelu(this.negativeSlope);
  }

  /** The slope. */
  protected override describe(): string {
    return `${this.negativeSlope}`;
  }
}

/** e^x along a dimension, divided by its sum. */
export class Softmax extends Module {
  /** The dimension. */
  readonly dim: number;

  /** The last dimension by default. */
  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return input.softmax(this.dim);
  }
}
