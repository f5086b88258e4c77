/**
 * Activations that keep what is positive.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { prelu } from "../functional/activations.ts";
import type { InplaceOptions } from "../functional/inplace_options.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize } from "../options.ts";
import { Activation } from "./activation.ts";

/**
 * max(x, 0).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReLU().forward(torch.tensor([-1, 2])); // [0, 2]
 * ```
 */
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

/**
 * min(max(x, 0), 6) (Howard et al. 2017), as MobileNetV2 has it.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReLU6().forward(torch.tensor([-1, 2, 7])); // [0, 2, 6]
 * ```
 */
export class ReLU6 extends Activation {
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
    return this.inplace ? input.relu6_() : input.relu6();
  }
}

/**
 * x where positive, a small slope elsewhere.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.LeakyReLU(0.1).forward(torch.tensor([-1, 2])); // [-0.1, 2]
 * ```
 */
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
  protected override numbers(): number[] {
    return [this.negativeSlope];
  }
}

/**
 * x where positive, a learned slope elsewhere: one, or one for each channel (He et al. 2015, "Delving deep into
 * rectifiers", equation 1). PyTorch advises against weight decay on it.
 *
 * Shapes: (B, C, *), where there are several slopes. Keys: `weight` (numParameters).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using layer = new nn.PReLU(3);
 * layer.forward(torch.randn([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 * ```
 */
export class PReLU extends Module {
  /** The slopes, (numParameters). */
  readonly weight: Tensor;

  /**
   * One slope of 0.25 by default; `numParameters` is 1 or the number of channels, `init` what the slopes are at first.
   *
   * @throws {ArgumentError} if the number or `init` cannot be used, or there is no such option.
   */
  constructor(numParameters = 1, options: { init?: number } = {}) {
    super();
    checkSize("PReLU", "numParameters", numParameters);
    checkKnown("PReLU", options, ["init"]);
    const first = options.init ?? 0.25;
    checkNumber("PReLU", "init", first);
    this.weight = this.registerParameter("weight", torch.empty([numParameters]));
    init.constant_(this.weight, first);
  }

  /**
   * Shapes: the input's own.
   *
   * @throws {ShapeError} if there are several slopes, and another number of channels.
   */
  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }

  /** The number of slopes. */
  protected override describe(): string {
    return `${this.weight.numel}`;
  }
}
