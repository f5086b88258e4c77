/**
 * The blocks of convolutions of CoAtNet and MaxViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { convNorm } from "./conv_norm_act.ts";
import { makeDivisible } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import { LayerScale2d } from "./layer_scale.ts";
import type { HalvingPool, MaxVitConvOptions } from "./maxvit_options.ts";
import { residual } from "./residual.ts";
import { SameConv2d } from "./same_conv.ts";
import { SqueezeExcite } from "./squeeze_excite.ts";

/** A map of half the sides. */
export function halved(map: Tensor, pool: HalvingPool): Tensor {
  if (pool === "mean2") return torch.avgPool2d(map, 2, 2);
  return pool === "mean3" ? torch.avgPool2d(map, 3, 2, 1) : torch.maxPool2d(map, 3, 2, 1);
}

/** Pooling, and a layer where the width changes. Keys as timm's: `expand`. */
export class Halving extends nn.Module {
  /** The layer, or null. */
  readonly expand: nn.Conv2d | null;
  readonly #pool: HalvingPool;

  /** From `before` channels to `width`. */
  constructor(
    before: number,
    width: number,
    options: { pool: HalvingPool; bias: boolean; alwaysExpands?: boolean },
  ) {
    super();
    const { pool, bias, alwaysExpands = false } = options;
    const expands = before !== width || alwaysExpands;
    this.expand = expands ? new nn.Conv2d(before, width, 1, { bias }) : null;
    this.#pool = pool;
  }

  /** (B, before, H, W) to (B, width, H / 2, W / 2). */
  override forward(map: Tensor): Tensor {
    const smaller = halved(map, this.#pool);
    return this.expand?.forward(smaller) ?? smaller;
  }
}

/** Two 1x1 convolutions with an activation between them. Keys as timm's: `fc1`, `fc2`. */
export class ConvMlp extends nn.Module {
  /** To the hidden width. */
  readonly fc1: nn.Conv2d;
  /** And back. */
  readonly fc2: nn.Conv2d;
  readonly #activation: Activation;

  /** For maps of `dim` channels. */
  constructor(dim: number, hidden: number, activation: Activation) {
    super();
    this.fc1 = new nn.Conv2d(dim, hidden, 1);
    this.fc2 = new nn.Conv2d(hidden, dim, 1);
    this.#activation = activation;
  }

  /** (B, dim, H, W) to its own shape. */
  override forward(map: Tensor): Tensor {
    return this.fc2.forward(activate_(this.fc1.forward(map), this.#activation));
  }
}

/**
 * The inverted residual block with a norm first (Dai et al., CoAtNet, 2021, appendix A.1). Keys as timm's: `shortcut`, `pre_norm`,
 * `conv1_1x1`, `norm1`, `conv2_kxk`, `norm2`, `se` or `se_early`, `conv3_1x1`.
 */
export class PreNormMbConv extends nn.Module {
  /** What halves the shortcut, or null. */
  readonly shortcut: Halving | null;
  readonly #norms: readonly [nn.Module, nn.Module, nn.Module];
  readonly #convs: readonly [nn.Module, nn.Module, nn.Module];
  readonly #squeeze: SqueezeExcite;
  readonly #drop: DropPath;
  readonly #options: MaxVitConvOptions;

  /** From `before` channels to `width`; with a stride of 2 to half the sides. */
  constructor(
    before: number,
    width: number,
    options: MaxVitConvOptions & { readonly stride: number; readonly dropPath: number },
  ) {
    super();
    const { stride, eps, expandsOutput, squeezeRatio, outputBias: bias, same } = options;
    const hidden = makeDivisible(4 * (expandsOutput ? width : before));
    this.#options = options;
    const { pool, alwaysExpands } = options;
    this.shortcut = stride === 1 ? null : new Halving(before, width, { pool, bias, alwaysExpands });
    const norm = (name: string, dim: number) =>
      this.registerModule(name, new nn.BatchNorm2d(dim, { eps }));
    const own = { stride: options.poolsBranch ? 1 : stride, groups: hidden };
    this.#norms = [norm("pre_norm", before), norm("norm1", hidden), norm("norm2", hidden)];
    this.#convs = [
      this.registerModule("conv1_1x1", new nn.Conv2d(before, hidden, 1, { bias: false })),
      this.registerModule(
        "conv2_kxk",
        same
          ? new SameConv2d(hidden, hidden, 3, own)
          : new nn.Conv2d(hidden, hidden, 3, { ...own, padding: 1, bias: false }),
      ),
      this.registerModule("conv3_1x1", new nn.Conv2d(hidden, width, 1, { bias })),
    ];
    const squeezed = Math.trunc(squeezeRatio * (expandsOutput ? width : hidden));
    this.#squeeze = this.registerModule(
      options.squeezesEarly ? "se_early" : "se",
      new SqueezeExcite(hidden, squeezed, {
        activation: options.squeezeActivation,
        gate: "sigmoid",
      }),
    );
    this.#drop = this.registerModule("drop_path", new DropPath(options.dropPath));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    const { activation, activatesFirst, poolsBranch, squeezesEarly } = this.#options;
    const [norm0, norm1, norm2] = this.#norms;
    const [conv1, conv2, conv3] = this.#convs;
    return torch.scope(() => {
      const normed = norm0.forward(x);
      const first = activatesFirst ? activate_(normed, activation) : normed;
      const halves = this.shortcut !== null && poolsBranch;
      const wide = convNorm(conv1, norm1, halves ? halved(first, "mean2") : first);
      const mixed = conv2.forward(activate_(wide, activation));
      const near = norm2.forward(squeezesEarly ? this.#squeeze.forward(mixed) : mixed);
      const active = activate_(near, activation);
      const branch = conv3.forward(squeezesEarly ? active : this.#squeeze.forward(active));
      return residual(this.shortcut?.forward(x) ?? x, this.#drop.forward(branch));
    });
  }
}

/** ConvNeXt's block, which may halve its map. Keys as timm's: `shortcut`, `conv_dw`, `norm`, `mlp`, `ls`. */
export class ConvNeXtUnit extends nn.Module {
  /** What halves the shortcut, or null. */
  readonly shortcut: Halving | null;
  /** The convolution of each channel. */
  readonly conv_dw: nn.Conv2d;
  /** The norm after it. */
  readonly norm: nn.LayerNorm2d;
  /** The MLP of each place. */
  readonly mlp: ConvMlp;
  /** The scale of the branch, or null. */
  readonly ls: LayerScale2d | null;
  readonly #drop: DropPath;

  /** From `before` channels to `width`; with a stride of 2 to half the sides. */
  constructor(
    before: number,
    width: number,
    options: MaxVitConvOptions & { readonly stride: number; readonly dropPath: number },
  ) {
    super();
    const { stride, eps, activation, layerScale, dropPath } = options;
    this.shortcut = stride === 1 ? null : new Halving(before, width, { pool: "mean2", bias: true });
    this.conv_dw = new nn.Conv2d(before, width, 7, { stride, padding: 3, groups: before });
    this.norm = new nn.LayerNorm2d(width, { eps });
    this.mlp = new ConvMlp(width, 4 * width, activation);
    this.ls = layerScale === null ? null : new LayerScale2d(width, layerScale);
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const branch = this.mlp.forward(this.norm.forward(this.conv_dw.forward(x)));
      const scaled = this.#drop.forward(this.ls?.forward(branch) ?? branch);
      return residual(this.shortcut?.forward(x) ?? x, scaled);
    });
  }
}
