/**
 * Convolution, batch norm, activation.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";

/** `norm` of `conv` of `x`. The map in between is freed at once: its memory is the next one's, still in the cache. */
export function convNorm(conv: nn.Module, norm: nn.Module, x: Tensor): Tensor {
  const map = conv.forward(x);
  const normed = norm.forward(map);
  map.dispose();
  return normed;
}

/** Options of {@linkcode ConvNormAct}. */
export interface ConvNormActOptions {
  /** Height and width of the kernel; 1 by default. It is padded to keep the size, but for the stride. */
  kernel?: number;
  /** The distance between outputs; 1 by default. */
  stride?: number;
  /** Whether every channel has a kernel of its own; false by default. */
  depthwise?: boolean;
  /** What follows the norm; nothing by default. */
  activation?: Activation;
  /** Options of the norm. */
  norm?: nn.BatchNormOptions;
}

/** Convolution without bias, batch norm and activation. Keys as torchvision's: `0.weight`, `1.weight`, … */
export class ConvNormAct extends nn.Module {
  readonly #conv: nn.Conv2d;
  readonly #norm: nn.BatchNorm2d;
  readonly #activation?: Activation;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: ConvNormActOptions = {}) {
    super();
    const { kernel = 1, stride = 1, depthwise = false } = options;
    this.#conv = this.registerModule(
      "0",
      new nn.Conv2d(before, width, kernel, {
        stride,
        padding: (kernel - 1) / 2,
        groups: depthwise ? before : 1,
        bias: false,
      }),
    );
    this.#norm = this.registerModule("1", new nn.BatchNorm2d(width, options.norm));
    this.#activation = options.activation;
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    const normed = convNorm(this.#conv, this.#norm, x);
    return this.#activation === undefined ? normed : activate_(normed, this.#activation);
  }
}
