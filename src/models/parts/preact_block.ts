/**
 * Residual blocks whose norms come first.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { makeDivisible } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import { residual } from "./residual.ts";
import { standardized } from "./standardized.ts";

/** How the layers of a network are made. */
export interface PreactStyle {
  /** A convolution without bias, padded to keep the size but for the stride. */
  readonly conv: (before: number, width: number, kernel: number, stride?: number) => nn.Conv2d;
  /** A norm of so many channels. */
  readonly norm: (width: number) => nn.Module;
  /** Whether shortcuts average before they are convolved (He et al., Bag of tricks, 2019, figure 2c). */
  readonly averages: boolean;
  /** Whether there are two convolutions of 3x3, and not a bottleneck. */
  readonly basic: boolean;
}

/** A convolution with weight standardization (Qiao et al., Micro-batch training with batch-channel normalization, 2019, equation 7). */
export class StdConv2d extends nn.Conv2d {
  readonly #eps: number;

  /** A square kernel of odd size without bias, padded to keep the size but for the stride. */
  constructor(before: number, width: number, kernel: number, stride: number, eps: number) {
    super(before, width, kernel, { stride, padding: (kernel - 1) / 2, bias: false });
    this.#eps = eps;
  }

  /** (B, before, H, W) to (B, width, ⌈H / stride⌉, ⌈W / stride⌉). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const weight = standardized(this.weight, this.#eps);
      const padding = this.padding as readonly number[];
      return torch.conv2d(x, weight, null, this.stride, padding);
    });
  }
}

/** A convolution under the name that timm gives a shortcut's, after a pool if there is one. */
class Shortcut extends nn.Module {
  readonly #pool: nn.Module | null;
  readonly #conv: nn.Conv2d;

  constructor(conv: nn.Conv2d, pool: nn.Module | null) {
    super();
    this.#pool = pool;
    this.#conv = this.registerModule("conv", conv);
  }

  override forward(x: Tensor): Tensor {
    return this.#conv.forward(this.#pool?.forward(x) ?? x);
  }
}

/**
 * Norm, ReLU and convolution, two or three times, with a shortcut from after the first norm where shapes change (He et al.,
 * Identity mappings in deep residual networks, 2016, figure 4e). Keys as timm's: `downsample.conv`, `norm1`, `conv1`, …
 */
export class PreactBlock extends nn.Module {
  readonly #shortcut: Shortcut | null = null;
  readonly #layers: readonly (readonly [norm: nn.Module, conv: nn.Conv2d])[];
  readonly #drop: DropPath;

  /** From `before` channels to `width`; with a shortcut of its own if it is the first of its stage. */
  constructor(
    before: number,
    width: number,
    options: PreactStyle & { stride: number; isFirst: boolean; dropPath: number },
  ) {
    super();
    const { conv, norm, averages, basic, stride, isFirst, dropPath } = options;
    if (isFirst && !(basic && stride === 1 && before === width)) {
      const pool = averages && stride > 1
        ? new nn.AvgPool2d(2, { stride, ceilMode: true, countIncludePad: false })
        : null;
      const shortcut = conv(before, width, 1, averages ? 1 : stride);
      this.#shortcut = this.registerModule("downsample", new Shortcut(shortcut, pool));
    }
    const hidden = makeDivisible(basic ? width : width / 4);
    const convs = basic
      ? [conv(before, hidden, 3, stride), conv(hidden, width, 3)]
      : [conv(before, hidden, 1), conv(hidden, hidden, 3, stride), conv(hidden, width, 1)];
    this.#layers = convs.map((layer, i) => [
      this.registerModule(`norm${i + 1}`, norm(i === 0 ? before : hidden)),
      this.registerModule(`conv${i + 1}`, layer),
    ]);
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(input: Tensor): Tensor {
    return torch.scope(() => {
      const [[firstNorm, firstConv], ...rest] = this.#layers;
      const active = firstNorm.forward(input).relu_();
      const shortcut = this.#shortcut?.forward(active) ?? input;
      let x = firstConv.forward(active);
      for (const [norm, conv] of rest) x = conv.forward(norm.forward(x).relu_());
      return residual(shortcut, this.#drop.forward(x));
    });
  }
}
