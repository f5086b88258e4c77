/**
 * The blocks of FastViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_ } from "./activation.ts";
import { convBn, type ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { asReparamConv, identityKernels } from "./fold_branches.ts";
import type { Foldable } from "./foldable.ts";
import { LayerScale } from "./layer_scale.ts";
import { RepConv } from "./rep_conv.ts";
import { SelfAttention } from "./self_attention.ts";

/** A depthwise convolution of one map that keeps its size: what a mixer is when it is folded. */
function foldedConv(dim: number, kernel: number): nn.Conv2d {
  return new nn.Conv2d(dim, dim, kernel, { padding: (kernel - 1) / 2, groups: dim });
}

/**
 * Mixes neighbours: x + γ (mixer(x) - norm(x)), folded a depthwise convolution (Vasu et al. 2023, equations 3 and 4 and
 * figure 2d). Keys as timm's: `norm`, `mixer`, `layer_scale`; folded `reparam_conv`.
 */
export class RepMixer extends nn.Module implements Foldable {
  readonly #folded?: nn.Conv2d;
  /** The norm of what comes in. */
  readonly norm?: RepConv;
  /** The depthwise convolution. */
  readonly mixer?: RepConv;
  readonly #scale?: LayerScale;
  readonly #kernel: number;

  /** For maps of `dim` channels. */
  constructor(dim: number, kernel: number, folded: boolean) {
    super();
    this.#kernel = kernel;
    if (folded) {
      this.#folded = this.registerModule("reparam_conv", foldedConv(dim, kernel));
      return;
    }
    const one = { kernel, groups: dim };
    this.norm = new RepConv(dim, dim, { ...one, branches: 0, scale: false });
    this.mixer = new RepConv(dim, dim, { ...one, branches: 1 });
    this.#scale = this.registerModule("layer_scale", new LayerScale(dim, 1e-5, { ofMaps: true }));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    if (this.#folded !== undefined) return this.#folded.forward(x);
    return torch.scope(() => {
      const mixed = this.mixer!.forward(x).sub_(this.norm!.forward(x));
      return x.addcmul(mixed, this.#scale!.gamma);
    });
  }

  /** Joins norm, mixer, scale and shortcut in one convolution. */
  foldedState(): Record<string, Tensor> {
    const [mixer, norm] = [this.mixer!.kernels(), this.norm!.kernels()];
    const gamma = this.#scale!.gamma.to("float64");
    const own = identityKernels(gamma.size(0), 1, this.#kernel, gamma.device);
    return asReparamConv({
      weight: own.add(mixer.weight.sub(norm.weight).mul(gamma.unsqueeze(-1))),
      bias: mixer.bias.sub(norm.bias).mul(gamma.flatten()),
    });
  }
}

/**
 * Positions by a depthwise convolution that is added (Chu et al., Conditional positional encodings for vision
 * transformers, 2023), folded without the sum. Keys as timm's: `pos_enc`; folded `reparam_conv`.
 */
export class ConditionalPositions extends nn.Module implements Foldable {
  readonly #conv: nn.Conv2d;
  readonly #folded: boolean;

  /** For maps of `dim` channels. */
  constructor(dim: number, folded: boolean) {
    super();
    this.#folded = folded;
    this.#conv = this.registerModule(folded ? "reparam_conv" : "pos_enc", foldedConv(dim, 7));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    const positions = this.#conv.forward(x);
    return this.#folded ? positions : positions.add_(x);
  }

  /** Puts the sum into the convolution. */
  foldedState(): Record<string, Tensor> {
    const { weight, bias } = this.#conv;
    const own = identityKernels(weight.size(0), 1, 7, weight.device);
    return asReparamConv({ weight: weight.to("float64").add(own), bias: bias! });
  }
}

/** A depthwise 7x7 convolution and an MLP of every pixel. Keys as timm's: `conv`, `fc1`, `fc2`. */
class ConvMlp extends nn.Module {
  readonly conv: ConvNormAct;
  readonly fc1: nn.Conv2d;
  readonly fc2: nn.Conv2d;

  constructor(dim: number, hidden: number) {
    super();
    this.conv = convBn(dim, dim, { kernel: 7, groups: dim });
    this.fc1 = new nn.Conv2d(dim, hidden, 1);
    this.fc2 = new nn.Conv2d(hidden, dim, 1);
    for (const conv of [...this.conv.children(), this.fc1, this.fc2]) {
      if (!(conv instanceof nn.Conv2d)) continue;
      nn.init.truncNormal_(conv.weight, 0, 0.02);
      if (conv.bias !== null) nn.init.zeros_(conv.bias);
    }
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() =>
      this.fc2.forward(activate_(this.fc1.forward(this.conv.forward(x)), "gelu"))
    );
  }
}

/** Options of {@linkcode FastVitBlock}. */
export interface FastVitBlockOptions {
  /** By how much the MLP widens. */
  readonly mlpRatio: number;
  /** What mixes pixels: {@linkcode RepMixer} of 3x3, or self-attention after a norm. */
  readonly mixer: "repmixer" | "attention";
  /** The norm before attention, for so many channels. */
  readonly norm: (channels: number) => nn.Module;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
  /** Whether the mixer is folded. */
  readonly folded: boolean;
}

/**
 * A mixer of pixels and an MLP (Vasu et al. 2023, figure 2). Keys as timm's: `token_mixer`, `mlp`, `layer_scale.gamma`;
 * with attention `norm`, `token_mixer`, `layer_scale_1.gamma`, `mlp`, `layer_scale_2.gamma`.
 */
export class FastVitBlock extends nn.Module {
  readonly #norm?: nn.Module;
  readonly #mixer: RepMixer | SelfAttention;
  readonly #mixerScale?: LayerScale;
  readonly #mlp: ConvMlp;
  readonly #mlpScale: LayerScale;
  readonly #dropPath: DropPath;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: FastVitBlockOptions) {
    super();
    const { mlpRatio, mixer, norm, dropPath, folded } = options;
    const attends = mixer === "attention";
    const scale = (name: string) =>
      this.registerModule(name, new LayerScale(dim, 1e-5, { ofMaps: true }));
    if (attends) {
      this.#norm = this.registerModule("norm", norm(dim));
      this.#mixerScale = scale("layer_scale_1");
    }
    this.#mixer = this.registerModule(
      "token_mixer",
      attends
        ? new SelfAttention(dim, dim / HEAD_DIM, { qkvBias: false })
        : new RepMixer(dim, 3, folded),
    );
    this.#mlp = this.registerModule("mlp", new ConvMlp(dim, Math.floor(dim * mlpRatio)));
    this.#mlpScale = scale(attends ? "layer_scale_2" : "layer_scale");
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  #mix(x: Tensor): Tensor {
    if (this.#norm === undefined) return this.#mixer.forward(x);
    const normed = this.#norm.forward(x);
    const tokens = this.#mixer.forward(normed.flatten(2).transpose(1, 2));
    const mixed = tokens.transpose(1, 2).unflatten(2, x.shape.slice(2));
    return x.addcmul(this.#dropPath.forward(mixed), this.#mixerScale!.gamma);
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const mixed = this.#mix(x);
      return mixed.addcmul(this.#dropPath.forward(this.#mlp.forward(mixed)), this.#mlpScale.gamma);
    });
  }
}

/** Channels of an attention head. */
export const HEAD_DIM = 32;
