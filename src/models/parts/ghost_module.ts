/**
 * The ghost module, in the versions of three papers.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_ } from "./activation.ts";
import { ConvNormAct } from "./conv_norm_act.ts";
import { Stage } from "./stage.ts";

/** Which paper's blocks a GhostNet has. */
export type GhostVersion = 1 | 2 | 3;

/** How many convolutions of the third version add up to one. */
const branches = 3;

/** Convolutions of one shape, each with a norm, that are added. Keys: `0.conv`, `0.bn1`, `1.conv`, … */
export class SummedConvs extends nn.ModuleList {
  /** From `before` channels to `width`, all by themselves where these are as many and `depthwise`. */
  constructor(
    before: number,
    width: number,
    options: { kernel: number; stride?: number; depthwise?: boolean },
  ) {
    super(
      Array.from(
        { length: branches },
        () => new ConvNormAct(before, width, { ...options, keys: ["conv", "bn1"] }),
      ),
    );
  }

  /** Adds what all convolutions give to `sum`, which is written to; without one to the first's. */
  addTo(x: Tensor, sum?: Tensor): Tensor {
    let result = sum;
    for (const conv of this) {
      const map = conv.forward(x);
      result = result === undefined ? map : result.add_(map);
      if (result !== map) map.dispose();
    }
    return result!;
  }
}

/** Half of the channels by convolutions of one pixel, the other half by cheap ones of each channel. */
interface Halves {
  primary(x: Tensor): Tensor;
  cheap(half: Tensor): Tensor;
}

/** Long-range attention from a map of half the size (Tang et al., GhostNetV2, 2022, equations 6 and 7). Keys: `0` to `5`. */
class LongRange extends Stage {
  constructor(before: number, width: number) {
    const line = (kernel: [number, number], padding: [number, number]) =>
      new nn.Conv2d(width, width, kernel, { padding, groups: width, bias: false });
    super(
      new nn.Conv2d(before, width, 1, { bias: false }),
      new nn.BatchNorm2d(width),
      line([1, 5], [0, 2]),
      new nn.BatchNorm2d(width),
      line([5, 1], [2, 0]),
      new nn.BatchNorm2d(width),
    );
  }

  /** The gate of each place of a map of `sides`. */
  gate(x: Tensor, sides: readonly number[]): Tensor {
    const gate = this.forward(torch.avgPool2d(x, 2, 2)).sigmoid_();
    return torch.upsampleNearest2d(gate, sides);
  }
}

/** Options of {@linkcode GhostModule}. */
export interface GhostModuleOptions {
  /** The paper that the module is of. */
  readonly version: GhostVersion;
  /** Whether ReLU follows both halves. */
  readonly isActive: boolean;
  /** Whether the module attends to far places. */
  readonly isLongRange: boolean;
}

/**
 * Half of the channels by a convolution, the others from those by a depthwise one (Han et al., GhostNet, 2020, figure 1b);
 * scaled by long-range attention (Tang et al. 2022), and with several convolutions in place of each (Liu et al.,
 * GhostNetV3, 2024). Keys as timm's: `primary_conv`, `cheap_operation`, `short_conv`; `primary_rpr_conv`,
 * `cheap_rpr_conv`, `cheap_rpr_scale`, `cheap_rpr_skip`.
 */
export class GhostModule extends nn.Module {
  readonly #halves: Halves;
  readonly #longRange: LongRange | null;

  /** From `before` channels to `width`, an even number. */
  constructor(before: number, width: number, options: GhostModuleOptions) {
    super();
    const { version, isActive, isLongRange } = options;
    this.#halves = version === 3
      ? this.#summed(before, width / 2, isActive)
      : this.#single(before, width / 2, isActive);
    this.#longRange = isLongRange
      ? this.registerModule("short_conv", new LongRange(before, width))
      : null;
  }

  #single(before: number, half: number, isActive: boolean): Halves {
    const activation = isActive ? "relu" : undefined;
    const primary = this.registerModule(
      "primary_conv",
      new ConvNormAct(before, half, { activation }),
    );
    const cheap = this.registerModule(
      "cheap_operation",
      new ConvNormAct(half, half, { kernel: 3, depthwise: true, activation }),
    );
    return { primary: (x) => primary.forward(x), cheap: (x) => cheap.forward(x) };
  }

  #summed(before: number, half: number, isActive: boolean): Halves {
    const primary = this.registerModule(
      "primary_rpr_conv",
      new SummedConvs(before, half, { kernel: 1 }),
    );
    const skip = this.registerModule("cheap_rpr_skip", new nn.BatchNorm2d(half));
    const cheap = this.registerModule(
      "cheap_rpr_conv",
      new SummedConvs(half, half, { kernel: 3, depthwise: true }),
    );
    const scale = this.registerModule(
      "cheap_rpr_scale",
      new ConvNormAct(half, half, { depthwise: true, keys: ["conv", "bn1"] }),
    );
    const activate = (x: Tensor): Tensor => isActive ? activate_(x, "relu") : x;
    return {
      primary: (x) => activate(primary.addTo(x)),
      cheap: (x) => activate(cheap.addTo(x, scale.forward(x).add_(skip.forward(x)))),
    };
  }

  /** (B, before, H, W) to (B, width, H, W). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const half = this.#halves.primary(x);
      const whole = torch.cat([half, this.#halves.cheap(half)], 1);
      if (this.#longRange === null) return whole;
      return whole.mul(this.#longRange.gate(x, whole.shape.slice(2)));
    });
  }
}
