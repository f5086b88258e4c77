/**
 * The blocks of EfficientNet-Lites, by the names and in the styles of two publishers.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convNorm } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { SameConv2d } from "./same_conv.ts";

/** Whose names the parameters have: those of the package efficientnet-lite-pytorch, or timm's. */
type Names = "efficientnet-lite-pytorch" | "timm";

/** How a network is made, beside its sizes. */
export interface Style {
  readonly names: Names;
  /** Padding as TensorFlow's, which depends on the image, or the same on all sides. */
  readonly padding: "tensorflow" | "symmetric";
  readonly norm: nn.BatchNormOptions;
}

export function styleOf({ names = "efficientnet-lite-pytorch", padding = "tensorflow" }: {
  names?: Names;
  padding?: Style["padding"];
}): Style {
  if (names !== "efficientnet-lite-pytorch" && names !== "timm") {
    throw new ArgumentError(
      `EfficientNetLite: names is "efficientnet-lite-pytorch" or "timm", got "${names}".`,
    );
  }
  if (padding !== "tensorflow" && padding !== "symmetric") {
    throw new ArgumentError(
      `EfficientNetLite: padding is "tensorflow" or "symmetric", got "${padding}".`,
    );
  }
  // The eps is the one that the weights were trained with; the momentum is a publisher's choice.
  const eps = padding === "tensorflow" ? 1e-3 : 1e-5;
  return { names, padding, norm: { eps, momentum: names === "timm" ? 0.1 : 0.01 } };
}

export function convOf(
  { padding }: Style,
  before: number,
  width: number,
  kernel: number,
  options: { stride?: number; groups?: number } = {},
): nn.Conv2d {
  return padding === "tensorflow"
    ? new SameConv2d(before, width, kernel, options)
    : new nn.Conv2d(before, width, kernel, {
      ...options,
      padding: (kernel - 1) / 2,
      bias: false,
    });
}

/** What the convolutions and norms of a block are called: the one that widens, the depthwise one, the last. */
function partNames(names: Names, expands: boolean): readonly (readonly [string, string])[] {
  if (names !== "timm") {
    return [["_expand_conv", "_bn0"], ["_depthwise_conv", "_bn1"], ["_project_conv", "_bn2"]];
  }
  return expands
    ? [["conv_pw", "bn1"], ["conv_dw", "bn2"], ["conv_pwl", "bn3"]]
    : [["", ""], ["conv_dw", "bn1"], ["conv_pw", "bn2"]];
}

/**
 * In training, zeroes the branches of whole images with probability `p`, by the random numbers that the publisher
 * draws (other ones than `DropPath`), in the publisher's order of operations.
 */
function dropConnect(branch: Tensor, p: number): Tensor {
  const kept = 1 - p;
  const { shape, dtype, device } = branch;
  const mask = torch.rand([shape[0], 1, 1, 1], { dtype, device }).add_(kept).floor_();
  return branch.div(kept).mul_(mask);
}

/** An inverted residual block without squeeze and excitation. */
export class LiteBlock extends nn.Module {
  readonly #expand?: [nn.Module, nn.Module];
  readonly #depthwise: [nn.Module, nn.Module];
  readonly #project: [nn.Module, nn.Module];
  readonly #shortcut: boolean;
  readonly #drop: (branch: Tensor) => Tensor;

  constructor(
    before: number,
    width: number,
    options: { expansion: number; kernel: number; stride: number; dropPath: number; style: Style },
  ) {
    super();
    const { expansion, kernel, stride, dropPath, style } = options;
    const inner = before * expansion;
    const [expand, depth, project] = partNames(style.names, expansion !== 1);
    const step = ([name, bn]: readonly [string, string], conv: nn.Module, channels: number) => {
      this.registerModule(name, conv);
      return [conv, this.registerModule(bn, new nn.BatchNorm2d(channels, style.norm))] as [
        nn.Module,
        nn.Module,
      ];
    };
    if (expansion !== 1) this.#expand = step(expand, convOf(style, before, inner, 1), inner);
    const depthwise = convOf(style, inner, inner, kernel, { stride, groups: inner });
    this.#depthwise = step(depth, depthwise, inner);
    this.#project = step(project, convOf(style, inner, width, 1), width);
    this.#shortcut = stride === 1 && before === width;
    if (style.names === "timm") {
      const drop = this.registerModule("drop_path", new DropPath(dropPath));
      this.#drop = (branch) => drop.forward(branch);
    } else {
      this.#drop = (branch) =>
        this.training && dropPath > 0 ? dropConnect(branch, dropPath) : branch;
    }
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const wide = this.#expand === undefined ? x : convNorm(...this.#expand, x).relu6_();
      const seen = convNorm(...this.#depthwise, wide).relu6_();
      const branch = convNorm(...this.#project, seen);
      if (!this.#shortcut) return branch;
      return this.#drop(branch).add_(x);
    });
  }
}
