/**
 * The parts of PP-HGNet.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convBn, ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import { residual } from "./residual.ts";
import { Stage } from "./stage.ts";

/** One factor and one summand for all values of a map. Keys: `scale` (1), `bias` (1). */
export class Affine extends nn.Module {
  /** The factor, (1). */
  readonly scale: Tensor;
  /** The summand, (1). */
  readonly bias: Tensor;

  /** Leaves a map as it is at first. */
  constructor() {
    super();
    this.scale = this.registerParameter("scale", torch.ones([1]));
    this.bias = this.registerParameter("bias", torch.zeros([1]));
  }

  /** Shapes: the map's own, which is overwritten where no gradients are recorded. */
  override forward(x: Tensor): Tensor {
    return (torch.isGradEnabled() ? x.mul(this.scale) : x.mul_(this.scale)).add_(this.bias);
  }
}

/** Options of a convolution of PP-HGNet. */
interface HgConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  /** Whether {@linkcode Affine} follows the activation. */
  readonly affine: boolean;
}

/** Convolution, norm, ReLU, in V2's smaller ones {@linkcode Affine}. Keys as timm's: `conv`, `bn`, `lab`. */
class HgConv extends ConvNormAct {
  readonly #affine?: Affine;

  constructor(before: number, width: number, { affine, ...options }: HgConvOptions) {
    super(before, width, { ...options, activation: "relu", keys: ["conv", "bn"] });
    if (affine) this.#affine = this.registerModule("lab", new Affine());
  }

  override forward(x: Tensor): Tensor {
    const map = super.forward(x);
    return this.#affine?.forward(map) ?? map;
  }
}

/** A 1x1 convolution, then a depthwise one. Keys as timm's: `conv1`, `conv2`. */
class LightConv extends nn.Module {
  readonly conv1: ConvNormAct;
  readonly conv2: ConvNormAct;
  readonly #affine?: Affine;

  constructor(before: number, width: number, kernel: number, affine: boolean) {
    super();
    this.conv1 = convBn(before, width);
    this.conv2 = convBn(width, width, { kernel, groups: width, activation: "relu" });
    if (affine) this.#affine = this.conv2.registerModule("lab", new Affine());
  }

  override forward(x: Tensor): Tensor {
    const map = this.conv2.forward(this.conv1.forward(x));
    return this.#affine?.forward(map) ?? map;
  }
}

/** Scales channels by one convolution over their means (Lee and Park, CenterMask, 2020, figure 4). Keys: `conv`. */
class EffectiveSqueeze extends nn.Module {
  readonly conv: nn.Conv2d;

  constructor(channels: number) {
    super();
    this.conv = new nn.Conv2d(channels, channels, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.conv.forward(torch.adaptiveAvgPool2d(x, [1, 1])).sigmoid_().mul(x);
  }
}

/** What all blocks of a stage have in common. */
export interface HgBlockOptions {
  /** Channels of the convolutions inside. */
  readonly inner: number;
  /** How many convolutions there are. */
  readonly layers: number;
  /** Height and width of their kernels. */
  readonly kernel: number;
  /** Whether convolutions are depthwise, each after a 1x1 convolution. */
  readonly light: boolean;
  /** Whether {@linkcode Affine} follows activations. */
  readonly affine: boolean;
  /** Whether two 1x1 convolutions join all maps, not one and attention of channels. */
  readonly narrows: boolean;
  /** Whether what comes in is added. */
  readonly isResidual: boolean;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/**
 * Convolutions in a row whose maps are all joined, with what comes in. Keys as timm's: `layers.0`, …, `aggregation.0`,
 * `aggregation.1`.
 */
export class HgBlock extends nn.Module {
  readonly #layers: readonly nn.Module[];
  /** Joins the maps. */
  readonly aggregation: Stage;
  readonly #dropPath: DropPath;
  readonly #isResidual: boolean;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: HgBlockOptions) {
    super();
    const { inner, layers, kernel, light, affine, narrows, isResidual, dropPath } = options;
    this.#layers = Array.from({ length: layers }, (_, i) => {
      const from = i === 0 ? before : inner;
      return light
        ? new LightConv(from, inner, kernel, affine)
        : new HgConv(from, inner, { kernel, affine });
    });
    this.registerModule("layers", new nn.ModuleList(this.#layers));
    const all = before + layers * inner;
    const half = Math.floor(width / 2);
    this.aggregation = narrows
      ? new Stage(new HgConv(all, half, { affine }), new HgConv(half, width, { affine }))
      : new Stage(new HgConv(all, width, { affine }), new EffectiveSqueeze(width));
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
    this.#isResidual = isResidual;
  }

  /** (B, before, H, W) to (B, width, H, W). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const maps = [x];
      for (const layer of this.#layers) maps.push(layer.forward(maps.at(-1)!));
      const joined = torch.cat(maps, 1);
      for (const map of maps.slice(1)) map.dispose();
      const branch = this.aggregation.forward(joined);
      return this.#isResidual ? residual(x, this.#dropPath.forward(branch)) : branch;
    });
  }
}

/** Three 3x3 convolutions and a pool. Keys as timm's: `stem.0`, `stem.1`, `stem.2`. */
export class HgStem extends nn.Module {
  /** The convolutions. */
  readonly stem: Stage;

  /** From `inChannels` channels to the last of `widths`. */
  constructor(inChannels: number, widths: readonly number[]) {
    super();
    this.stem = new Stage(
      ...widths.map((width, i) =>
        new HgConv(i === 0 ? inChannels : widths[i - 1], width, {
          kernel: 3,
          stride: i === 0 ? 2 : 1,
          affine: false,
        })
      ),
    );
  }

  /** (B, inChannels, H, W) to (B, width, H / 4, W / 4). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => torch.maxPool2d(this.stem.forward(images), 3, 2, 1));
  }
}

/**
 * A stem whose map goes two ways between, by two convolutions and by a pool. Keys as timm's: `stem1`, `stem2a`,
 * `stem2b`, `stem3`, `stem4`.
 */
export class HgStemV2 extends nn.Module {
  /** Halves the image. */
  readonly stem1: nn.Module;
  /** The first convolution of one way. */
  readonly stem2a: nn.Module;
  /** The second. */
  readonly stem2b: nn.Module;
  /** Joins both ways, and halves the map. */
  readonly stem3: nn.Module;
  /** To the first stage's channels. */
  readonly stem4: nn.Module;

  /** From `inChannels` channels to the second of the widths. */
  constructor(inChannels: number, [inner, width]: readonly number[], affine: boolean) {
    super();
    const half = Math.floor(inner / 2);
    this.stem1 = new HgConv(inChannels, inner, { kernel: 3, stride: 2, affine });
    this.stem2a = new HgConv(inner, half, { kernel: 2, affine });
    this.stem2b = new HgConv(half, inner, { kernel: 2, affine });
    this.stem3 = new HgConv(2 * inner, inner, { kernel: 3, stride: 2, affine });
    this.stem4 = new HgConv(inner, width, { affine });
  }

  /** (B, inChannels, H, W) to (B, width, H / 4, W / 4). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => {
      // Kernels of 2x2 see one more pixel at the right and the bottom.
      const padded = (map: Tensor) => torch.constantPadNd(map, [0, 1, 0, 1]);
      const first = padded(this.stem1.forward(images));
      const convolved = this.stem2b.forward(padded(this.stem2a.forward(first)));
      const joined = torch.cat([torch.maxPool2d(first, 2, 1), convolved], 1);
      return this.stem4.forward(this.stem3.forward(joined));
    });
  }
}
