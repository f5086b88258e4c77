/**
 * The blocks of RepViTs.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { foldNorm, identityKernels, type Kernels, sumBranches } from "./fold_branches.ts";
import type { Foldable } from "./foldable.ts";
import { FoldableConv, foldableConv } from "./foldable_conv.ts";
import { gelu } from "./gelu.ts";
import { residual } from "./residual.ts";
import { squeezedWidth, SqueezeExcite } from "./squeeze_excite.ts";

/** The 3x3 kernels of all depthwise convolutions. */
const kernel = 3;

/** What the blocks of a network share. */
export interface RepVitStyle {
  /** Whether small kernels have a norm of their own, as in the first version, instead of one after the sum. */
  readonly legacy: boolean;
  /** Whether branches and norms are folded. */
  readonly folded: boolean;
}

/**
 * The sum of a depthwise 3x3 convolution, one of 1x1, and what comes in (Wang et al. 2024, figure 3c). Keys as timm's:
 * `conv`, `conv1`, `bn`; folded `weight`, `bias`.
 */
class TokenMixer extends nn.Module implements Foldable {
  readonly conv: FoldableConv;
  readonly conv1: FoldableConv | nn.Conv2d;
  readonly bn?: nn.BatchNorm2d;
  readonly #dim: number;

  constructor(dim: number, legacy: boolean) {
    super();
    this.#dim = dim;
    this.conv = new FoldableConv(dim, dim, { kernel, depthwise: true });
    if (legacy) this.conv1 = new FoldableConv(dim, dim, { depthwise: true });
    else {
      this.conv1 = new nn.Conv2d(dim, dim, 1, { groups: dim });
      this.bn = new nn.BatchNorm2d(dim);
    }
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const sum = this.conv.forward(x).add_(this.conv1.forward(x)).add_(x);
      return this.bn?.forward(sum) ?? sum;
    });
  }

  foldedState(): Record<string, Tensor> {
    const small: Kernels = this.conv1 instanceof FoldableConv
      ? this.conv1.kernels()
      : { weight: this.conv1.weight.to("float64"), bias: this.conv1.bias!.to("float64") };
    const whole = this.conv.kernels();
    const own = identityKernels(this.#dim, 1, kernel, whole.weight.device);
    const { weight, bias } = sumBranches([whole, small]);
    const sum = { weight: weight.add(own), bias };
    return { ...(this.bn === undefined ? sum : foldNorm(sum.weight, this.bn, sum.bias)) };
  }
}

function tokenMixer(dim: number, { legacy, folded }: RepVitStyle): nn.Module {
  return folded
    ? new nn.Conv2d(dim, dim, kernel, { padding: 1, groups: dim })
    : new TokenMixer(dim, legacy);
}

/** x plus two layers over the channels of every pixel. Keys: `conv1`, `conv2`. */
class ChannelMixer extends nn.Module {
  readonly conv1: nn.Module;
  readonly conv2: nn.Module;

  constructor(dim: number, folded: boolean) {
    super();
    this.conv1 = foldableConv(dim, 2 * dim, { folded });
    this.conv2 = foldableConv(2 * dim, dim, { gain: 0, folded });
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => residual(x, this.conv2.forward(gelu(this.conv1.forward(x)))));
  }
}

/** Mixes places, then channels. Keys as timm's: `token_mixer`, `se`, `channel_mixer`. */
export class RepVitBlock extends nn.Module {
  readonly #places: nn.Module;
  readonly #squeeze?: SqueezeExcite;
  readonly #channels: ChannelMixer;

  /** For maps of `dim` channels, with squeeze and excitation or without. */
  constructor(dim: number, squeezes: boolean, style: RepVitStyle) {
    super();
    this.#places = this.registerModule("token_mixer", tokenMixer(dim, style));
    if (squeezes) {
      const options = { activation: "relu", gate: "sigmoid" } as const;
      const squeeze = new SqueezeExcite(dim, squeezedWidth(dim, 0.25), options);
      this.#squeeze = this.registerModule("se", squeeze);
    }
    this.#channels = this.registerModule("channel_mixer", new ChannelMixer(dim, style.folded));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const mixed = this.#places.forward(x);
      return this.#channels.forward(this.#squeeze?.forward(mixed) ?? mixed);
    });
  }
}

/**
 * A block, then what halves the map and widens it (Wang et al. 2024, figure 4d). Keys as timm's: `pre_block`,
 * `spatial_downsample`, `channel_downsample`, `ffn`.
 */
export class RepVitDownsample extends nn.Module {
  readonly #parts: readonly nn.Module[];

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, style: RepVitStyle) {
    super();
    const { folded } = style;
    const halving = foldableConv(before, before, { kernel, stride: 2, depthwise: true, folded });
    this.#parts = [
      this.registerModule("pre_block", new RepVitBlock(before, false, style)),
      this.registerModule("spatial_downsample", halving),
      this.registerModule("channel_downsample", foldableConv(before, width, { folded })),
      this.registerModule("ffn", new ChannelMixer(width, folded)),
    ];
  }

  /** (B, before, H, W) to (B, width, H / 2, W / 2). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => this.#parts.reduce((map, part) => part.forward(map), x));
  }
}

/** From images to a map of a quarter of their sides. Keys as timm's: `conv1`, `conv2`. */
export class RepVitStem extends nn.Module {
  /** To half as many channels. */
  readonly conv1: nn.Module;
  /** To all channels. */
  readonly conv2: nn.Module;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, folded: boolean) {
    super();
    const inner = Math.floor(width / 2);
    this.conv1 = foldableConv(before, inner, { kernel, stride: 2, folded });
    this.conv2 = foldableConv(inner, width, { kernel, stride: 2, folded });
  }

  /** (B, before, H, W) to (B, width, H / 4, W / 4). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => this.conv2.forward(gelu(this.conv1.forward(images))));
  }
}
