/**
 * Convolution, batch norm, activation.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { foldNorm, type Kernels } from "./fold_branches.ts";

/** `norm` of `conv` of `x`. The map in between is freed at once: its memory is the next one's, still in the cache. */
export function convNorm(conv: nn.Module, norm: nn.Module, x: Tensor): Tensor {
  const map = conv.forward(x);
  const normed = norm.forward(map);
  map.dispose();
  return normed;
}

/** Options of {@linkcode ConvNormAct}. */
export interface ConvNormActOptions {
  /** Height and width of the kernel; 1 by default. Odd ones are padded to keep the size, but for the stride. */
  kernel?: number;
  /** The distance between outputs; 1 by default. */
  stride?: number;
  /** Whether every channel has a kernel of its own; false by default. */
  depthwise?: boolean;
  /** Groups of channels that are convolved apart; 1 by default, or as many as channels where `depthwise` is on. */
  groups?: number;
  /** Whether the convolution has a bias; false by default. */
  bias?: boolean;
  /** What follows the norm; nothing by default. */
  activation?: Activation;
  /** Options of the norm, or what makes another for so many channels; null for no norm. */
  norm?: nn.BatchNormOptions | ((channels: number) => nn.Module) | null;
  /** The names of convolution and norm; torchvision's by default, `"0"` and `"1"`. timm's are `"conv"` and `"bn"`. */
  keys?: readonly [conv: string, norm: string];
}

/** Convolution, batch norm and activation, all padded to keep the size but for the stride. */
export class ConvNormAct extends nn.Module {
  readonly #conv: nn.Conv2d;
  readonly #norm: nn.Module | null;
  readonly #activation?: Activation;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: ConvNormActOptions = {}) {
    super();
    const { kernel = 1, stride = 1, depthwise = false, norm, keys = ["0", "1"] } = options;
    this.#conv = this.registerModule(
      keys[0],
      new nn.Conv2d(before, width, kernel, {
        stride,
        padding: Math.floor((kernel - 1) / 2),
        groups: options.groups ?? (depthwise ? before : 1),
        bias: options.bias ?? false,
      }),
    );
    this.#norm = norm === null ? null : this.registerModule(keys[1], normOf(width, norm));
    this.#activation = options.activation;
  }

  /** The norm; null for no norm. */
  get norm(): nn.Module | null {
    return this.#norm;
  }

  /** Folds convolution and norm into one convolution. */
  kernels(): Kernels {
    const { weight, bias } = this.#conv;
    if (this.#norm !== null) return foldNorm(weight, this.#norm as nn.BatchNorm2d, bias);
    return { weight, bias: bias ?? torch.zeros([weight.size(0)], { device: weight.device }) };
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    const normed = this.#norm === null
      ? this.#conv.forward(x)
      : convNorm(this.#conv, this.#norm, x);
    return this.#activation === undefined ? normed : activate_(normed, this.#activation);
  }
}

/** {@linkcode ConvNormAct} with timm's names: `conv`, `bn`. */
export function convBn(
  before: number,
  width: number,
  options: ConvNormActOptions = {},
): ConvNormAct {
  return new ConvNormAct(before, width, { keys: ["conv", "bn"], ...options });
}

function normOf(
  width: number,
  norm: nn.BatchNormOptions | ((channels: number) => nn.Module) | undefined,
): nn.Module {
  return typeof norm === "function" ? norm(width) : new nn.BatchNorm2d(width, norm);
}
