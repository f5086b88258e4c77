/**
 * The parts of MetaFormers.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { DropPath } from "./drop_path.ts";
import { gelu } from "./gelu.ts";
import { SelfAttention } from "./self_attention.ts";
import { StarRelu } from "./star_relu.ts";

/** What mixes places: the mean of neighbours, separable convolutions, or attention. */
export type Mixer = "pool" | "conv" | "attention";

/** How many channels a head of the attention has. */
export const HEAD_WIDTH = 32;

/** What the baselines add to variances. */
const eps = 1e-6;

/** Each place's difference to the mean of the 3x3 around it (Yu et al., MetaFormer is actually what you need for vision, 2022, equation 4). */
class Pooling extends nn.Module {
  override forward(x: Tensor): Tensor {
    return torch.avgPool2d(x, 3, 1, 1, false, false).sub_(x);
  }
}

/** Twice as many channels, each convolved by itself, and back (Yu et al. 2024, equation 7). */
class SeparableConv extends nn.Module {
  readonly pwconv1: nn.Conv2d;
  readonly act1: StarRelu;
  readonly dwconv: nn.Conv2d;
  readonly pwconv2: nn.Conv2d;

  constructor(dim: number) {
    super();
    const hidden = 2 * dim;
    this.pwconv1 = new nn.Conv2d(dim, hidden, 1, { bias: false });
    this.act1 = new StarRelu();
    this.dwconv = new nn.Conv2d(hidden, hidden, 7, { padding: 3, groups: hidden, bias: false });
    this.pwconv2 = new nn.Conv2d(hidden, dim, 1, { bias: false });
  }

  override forward(x: Tensor): Tensor {
    const hidden = this.act1.forward(this.pwconv1.forward(x));
    return this.pwconv2.forward(this.dwconv.forward(hidden));
  }
}

/** A learned factor of every channel: of tokens (*, dim), or of maps (B, dim, H, W). */
class Scale extends nn.Module {
  readonly scale: Tensor;
  readonly #shape: readonly number[];

  constructor(dim: number, initial: number, isMap: boolean) {
    super();
    this.scale = this.registerParameter("scale", torch.full([dim], initial));
    this.#shape = isMap ? [dim, 1, 1] : [dim];
  }

  /** The factors, to be multiplied with. */
  get factors(): Tensor {
    return this.scale.reshape(this.#shape);
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.factors);
  }
}

/** Two layers over the channels of every place: linear ones for tokens, convolutions for maps. */
class ChannelMlp extends nn.Module {
  readonly fc1: nn.Module;
  readonly fc2: nn.Module;
  readonly act: StarRelu | null;

  constructor(dim: number, isMap: boolean, baseline: boolean) {
    super();
    const bias = !baseline;
    const layer = (from: number, to: number) =>
      isMap ? new nn.Conv2d(from, to, 1, { bias }) : new nn.Linear(from, to, { bias });
    this.fc1 = layer(dim, 4 * dim);
    this.act = baseline ? new StarRelu() : null;
    this.fc2 = layer(4 * dim, dim);
  }

  override forward(x: Tensor): Tensor {
    const hidden = this.fc1.forward(x);
    return this.fc2.forward(this.act?.forward(hidden) ?? gelu(hidden));
  }
}

/** What makes one {@linkcode MetaFormerBlock} another. */
export interface MetaFormerBlockOptions {
  /** What mixes places. */
  readonly mixer: Mixer;
  /** Whether the block is of one of the baselines of 2024: StarReLU and no biases; else of PoolFormer of 2022. */
  readonly baseline: boolean;
  /** What learned factors of the branches start with; there are none without it. */
  readonly layerScale?: number;
  /** Whether what a branch is added to has learned factors, which start at 1. */
  readonly residualScale: boolean;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
}

/**
 * Something that mixes places, then an MLP of each place (Yu et al. 2022, equations 2 and 3). Keys as timm's: `norm1`,
 * `token_mixer`, `layer_scale1`, `res_scale1`, `norm2`, `mlp`, `layer_scale2`, `res_scale2`.
 */
export class MetaFormerBlock extends nn.Module {
  readonly #parts: readonly { norm: nn.Module; branch: nn.Module; own?: Scale; kept?: Scale }[];
  readonly #dropPath: DropPath;

  /** For maps of `dim` channels; for tokens (B, N, dim) if the mixer is attention. */
  constructor(dim: number, options: MetaFormerBlockOptions) {
    super();
    const { mixer, baseline, layerScale, residualScale, dropPath } = options;
    const isMap = mixer !== "attention";
    const branches = {
      token_mixer: mixer === "pool"
        ? new Pooling()
        : mixer === "conv"
        ? new SeparableConv(dim)
        : new SelfAttention(dim, dim / HEAD_WIDTH, { qkvBias: false, projBias: false }),
      mlp: new ChannelMlp(dim, isMap, baseline),
    };
    const bias = !baseline;
    const norm = () =>
      mixer === "pool"
        ? new nn.GroupNorm(1, dim, baseline ? { eps, bias } : {})
        : isMap
        ? new nn.LayerNorm2d(dim, { eps, bias })
        : new nn.LayerNorm(dim, { eps, bias });
    const scale = (name: string, initial?: number) =>
      initial === undefined ? undefined : this.registerModule(name, new Scale(dim, initial, isMap));
    this.#parts = Object.entries(branches).map(([name, branch], i) => ({
      norm: this.registerModule(`norm${i + 1}`, norm()),
      branch: this.registerModule(name, branch),
      own: scale(`layer_scale${i + 1}`, layerScale),
      kept: scale(`res_scale${i + 1}`, residualScale ? 1 : undefined),
    }));
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: its input's own. */
  override forward(x: Tensor): Tensor {
    using mixed = this.#with(x, 0);
    return this.#with(mixed, 1);
  }

  #with(x: Tensor, part: 0 | 1): Tensor {
    const { norm, branch, own, kept } = this.#parts[part];
    return torch.scope(() => {
      const found = this.#dropPath.forward(branch.forward(norm.forward(x)));
      if (kept === undefined) {
        return own === undefined ? found.add_(x) : x.addcmul(found, own.factors);
      }
      return (own?.forward(found) ?? found).addcmul_(x, kept.factors);
    });
  }
}
