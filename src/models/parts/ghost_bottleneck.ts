/**
 * The block of GhostNets.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convNorm, ConvNormAct } from "./conv_norm_act.ts";
import { makeDivisible } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import { GhostModule, type GhostVersion, SummedConvs } from "./ghost_module.ts";
import { SqueezeExcite } from "./squeeze_excite.ts";
import { Stage } from "./stage.ts";

/** What makes one block another. */
export interface GhostBlockOptions {
  /** The paper that the block is of. */
  readonly version: GhostVersion;
  /** Channels between both ghost modules. */
  readonly middle: number;
  /** Height and width of the depthwise kernels. */
  readonly kernel: number;
  /** The stride. */
  readonly stride: number;
  /** What the channels are squeezed to, as a share of the middle's; 0 for no squeeze and excitation. */
  readonly squeeze: number;
  /** Whether the first module attends to far places. */
  readonly isLongRange: boolean;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/**
 * Two ghost modules, with a depthwise convolution of the stride between them and a shortcut around (Han et al., GhostNet,
 * 2020, figure 3). Keys as timm's: `ghost1`, `conv_dw` and `bn_dw`, or `dw_rpr_conv` and `dw_rpr_scale`, `se`, `ghost2`,
 * `shortcut`.
 */
export class GhostBottleneck extends nn.Module {
  readonly #steps: ((x: Tensor) => Tensor)[] = [];
  readonly #shortcut: nn.Module | null = null;
  readonly #dropPath: DropPath;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: GhostBlockOptions) {
    super();
    const { version, middle, kernel, stride, squeeze, isLongRange, dropPath } = options;
    const add = (name: string, part: nn.Module) => {
      this.registerModule(name, part);
      this.#steps.push((x) => part.forward(x));
    };
    add("ghost1", new GhostModule(before, middle, { version, isActive: true, isLongRange }));
    if (stride > 1) this.#addStrided(middle, { version, kernel, stride });
    if (squeeze > 0) {
      add(
        "se",
        new SqueezeExcite(middle, makeDivisible(middle * squeeze, 4), {
          activation: "relu",
          gate: "hardsigmoid",
          keys: ["conv_reduce", "conv_expand"],
        }),
      );
    }
    const linear = { version, isActive: false, isLongRange: false };
    add("ghost2", new GhostModule(middle, width, linear));
    if (before !== width || stride > 1) {
      const padding = (kernel - 1) / 2;
      this.#shortcut = this.registerModule(
        "shortcut",
        new Stage(
          new nn.Conv2d(before, before, kernel, { stride, padding, groups: before, bias: false }),
          new nn.BatchNorm2d(before),
          new nn.Conv2d(before, width, 1, { bias: false }),
          new nn.BatchNorm2d(width),
        ),
      );
    }
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  #addStrided(
    channels: number,
    { version, kernel, stride }: Pick<GhostBlockOptions, "version" | "kernel" | "stride">,
  ): void {
    if (version === 3) {
      const own = { stride, depthwise: true };
      const convs = new SummedConvs(channels, channels, { kernel, ...own });
      const scale = new ConvNormAct(channels, channels, { ...own, keys: ["conv", "bn1"] });
      this.registerModule("dw_rpr_conv", convs);
      this.registerModule("dw_rpr_scale", scale);
      this.#steps.push((x) => convs.addTo(x, scale.forward(x)));
      return;
    }
    const padding = (kernel - 1) / 2;
    const shape = { stride, padding, groups: channels, bias: false };
    const conv = this.registerModule("conv_dw", new nn.Conv2d(channels, channels, kernel, shape));
    const norm = this.registerModule("bn_dw", new nn.BatchNorm2d(channels));
    this.#steps.push((x) => convNorm(conv, norm, x));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      let map = x;
      for (const step of this.#steps) {
        const next = step(map);
        if (map !== x) map.dispose();
        map = next;
      }
      return this.#dropPath.forward(map).add_(this.#shortcut?.forward(x) ?? x);
    });
  }
}
