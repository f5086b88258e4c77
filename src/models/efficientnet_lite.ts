/**
 * EfficientNet-Lite.
 *
 * @module
 */

import { ArgumentError } from "../errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import { type BuildOptions, IMAGENET_MEAN, IMAGENET_STD, type ModelEntry } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { convNorm } from "./parts/conv_norm_act.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { checkScaling, EFFICIENTNET_STAGES } from "./parts/efficientnet_stages.ts";
import { DropPath } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { SameConv2d } from "./parts/same_conv.ts";
import { chainGroups, groupsEndingAt } from "./parts/stage.ts";

/** Whose names the parameters have: those of the package efficientnet-lite-pytorch, or timm's. */
type Names = "efficientnet-lite-pytorch" | "timm";

/** How a network is made, beside its sizes. */
interface Style {
  readonly names: Names;
  /** Padding as TensorFlow's, which depends on the image, or the same on all sides. */
  readonly padding: "tensorflow" | "symmetric";
  readonly norm: nn.BatchNormOptions;
}

function styleOf({ names = "efficientnet-lite-pytorch", padding = "tensorflow" }: {
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

function convOf(
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
class LiteBlock extends nn.Module {
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

/** What makes one EfficientNet-Lite another. */
export interface EfficientNetLiteOptions extends BuildOptions {
  /** By how much the widths of all stages grow. */
  readonly widthFactor: number;
  /** By how much the depths of all stages but the first and the last grow. */
  readonly depthFactor: number;
  /** Whose names the parameters have; `"efficientnet-lite-pytorch"` by default. */
  readonly names?: "efficientnet-lite-pytorch" | "timm";
  /**
   * How convolutions are padded: as TensorFlow's, which the published weights come from (the default), or the same on
   * all sides, as timm's `efficientnet_lite0`. The norms' eps is 1e-3 for the one and 1e-5 for the other.
   */
  readonly padding?: "tensorflow" | "symmetric";
}

/** The stages that are the last at each of the strides 4, 8, 16 and 32. */
const STAGE_ENDS = [1, 2, 4, 6];

/**
 * EfficientNet-Lite (Liu, Higher accuracy on vision models with EfficientNet-Lite, 2020): EfficientNet for integer
 * arithmetic. There is no squeeze and excitation, ReLU6 takes the place of SiLU, and the first and last
 * convolutions do not grow. Convolutions take images of any size. Parameters have the
 * names of the package efficientnet-lite-pytorch, or timm's. Its stages are the last blocks at strides 4, 8, 16 and 32.
 */
export class EfficientNetLite extends Backbone {
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** The width of the features: 1280. */
  override readonly featureDim: number = 1280;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #stem: [nn.Module, nn.Module];
  readonly #groups: readonly (readonly nn.Module[])[];
  readonly #last: [nn.Module, nn.Module];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: EfficientNetLiteOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(
      "EfficientNetLite",
      options,
      { dropPath: 0.2 },
    );
    checkScaling("EfficientNetLite", options, numClasses);
    const stages = EFFICIENTNET_STAGES.map((stage, i, { length }) => ({
      ...stage,
      width: makeDivisible(stage.width * options.widthFactor),
      depth: i === 0 || i === length - 1
        ? stage.depth
        : Math.ceil(stage.depth * options.depthFactor),
    }));
    const total = stages.reduce((sum, { depth }) => sum + depth, 0);
    const style = styleOf(options);
    const timm = style.names === "timm";
    let before = 32;
    this.#stem = [
      this.registerModule(
        timm ? "conv_stem" : "_conv_stem",
        convOf(style, inChannels, before, 3, { stride: 2 }),
      ),
      this.registerModule(timm ? "bn1" : "_bn0", new nn.BatchNorm2d(before, style.norm)),
    ];
    const blocks: nn.Module[] = [];
    const ends: number[] = [];
    for (const { expansion, kernel, stride, width, depth } of stages) {
      for (let i = 0; i < depth; i++) {
        const rate = dropPath * blocks.length / total;
        const own = { expansion, kernel, stride: i === 0 ? stride : 1, dropPath: rate, style };
        blocks.push(new LiteBlock(before, width, own));
        before = width;
      }
      ends.push(blocks.length - 1);
    }
    this.registerModule(
      timm ? "blocks" : "_blocks",
      new nn.ModuleList(
        timm
          ? groupsEndingAt(blocks, ends.slice(0, -1)).map((group) => new nn.ModuleList(group))
          : blocks,
      ),
    );
    this.#groups = groupsEndingAt(blocks, STAGE_ENDS.slice(0, -1).map((stage) => ends[stage]));
    this.#last = [
      this.registerModule(
        timm ? "conv_head" : "_conv_head",
        convOf(style, before, this.featureDim, 1),
      ),
      this.registerModule(
        timm ? "bn2" : "_bn1",
        new nn.BatchNorm2d(this.featureDim, style.norm),
      ),
    ];
    const head = classifierHead(this.featureDim, numClasses, dropout);
    this.head = this.registerModule(timm ? "classifier" : "_fc", head);
    this.stageDims = STAGE_ENDS.map((stage) => stages[stage].width);
    this.numClasses = numClasses;
    if (timm) initAsTimm(this);
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the mean of the last convolution's. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, convNorm(...this.#stem, images).relu6_());
      const map = convNorm(...this.#last, stages.at(-1)!).relu6_();
      return { stages, features: globalAvgPool(map) };
    });
  }
}

/** timm's initial weights, which are TensorFlow's: by the number of outputs that a value is part of. */
function initAsTimm(model: nn.Module): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) {
      const [width, , height, across] = module.weight.shape;
      nn.init.normal_(module.weight, 0, Math.sqrt(2 * module.groups / (width * height * across)));
    } else if (module instanceof nn.Linear) {
      const bound = 1 / Math.sqrt(module.weight.size(0));
      nn.init.uniform_(module.weight, -bound, bound);
      nn.init.zeros_(module.bias!);
    }
  }
}

type Facts = Pick<
  ModelEntry,
  "name" | "source" | "inputSize" | "cropFraction" | "mean" | "std" | "interpolation"
>;

function entryOf(
  [widthFactor, depthFactor, dropout]: readonly [number, number, number],
  style: Pick<EfficientNetLiteOptions, "names" | "padding">,
  facts: Facts,
): ModelEntry {
  return {
    ...facts,
    paper: "Liu, Higher accuracy on vision models with EfficientNet-Lite, 2020",
    featureDim: 1280,
    numClasses: 1000,
    build: (options) =>
      new EfficientNetLite({
        ...options,
        ...style,
        widthFactor,
        depthFactor,
        dropout: options.dropout ?? dropout,
      }),
  };
}

const half = [0.5, 0.5, 0.5] as const;

/** Width, depth and dropout; the sides of images and how much of a resized one is shown, as published and in timm. */
const sizes = [
  { factors: [1.0, 1.0, 0.2], published: 224, timm: [224, 0.875, 0.875] },
  { factors: [1.0, 1.1, 0.2], published: 240, timm: [240, 0.882, 0.882] },
  { factors: [1.1, 1.2, 0.3], published: 260, timm: [260, 0.890, 0.890] },
  { factors: [1.2, 1.4, 0.3], published: 280, timm: [300, 0.904, 0.904] },
  { factors: [1.4, 1.8, 0.3], published: 300, timm: [380, 0.922, 0.920] },
] as const;

/**
 * The entries of one size. The name `efficientnet_lite0` is two publishers': timm's is padded on all sides alike, and is
 * what is built; the package efficientnet-lite-pytorch has TensorFlow's, which timm calls `tf_efficientnet_lite0`. Files
 * tell by their names of parameters which they are of. The facts are those of the published weights, TensorFlow's:
 * (x - 127) / 128 of values from 0 to 255, and 32 pixels less than resized; a file of timm's has timm's.
 */
function entriesOf(number: number): ModelEntry[] {
  const { factors, published: inputSize, timm: [side, crop, tfCrop] } = sizes[number];
  const name = `efficientnet_lite${number}`;
  const facts: Facts = {
    name,
    source: "timm",
    inputSize,
    cropFraction: inputSize / (inputSize + 32),
    mean: [127 / 255, 127 / 255, 127 / 255],
    std: [128 / 255, 128 / 255, 128 / 255],
    interpolation: "bicubic",
  };
  const publisher = entryOf(
    factors,
    { names: "efficientnet-lite-pytorch", padding: "tensorflow" },
    {
      ...facts,
      source: "efficientnet-lite-pytorch",
    },
  );
  const timmFacts: Facts = {
    ...facts,
    inputSize: side,
    cropFraction: crop,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
  };
  const plain = { names: "timm", padding: "symmetric" } as const;
  const timm = entryOf(factors, plain, timmFacts);
  const isPublishers = (names: Iterable<string>) =>
    [...names].some((key) => /(^|\.)_conv_stem\.weight$/.test(key));
  return [
    {
      ...entryOf(factors, plain, facts),
      ofFile: (names) => isPublishers(names) ? publisher : timm,
    },
    {
      ...entryOf(factors, { names: "timm", padding: "tensorflow" }, {
        ...timmFacts,
        name: `tf_${name}`,
        cropFraction: tfCrop,
        mean: half,
        std: half,
        interpolation: number < 3 ? "bicubic" : "bilinear",
      }),
      ofFile: (names) => isPublishers(names) ? publisher : null,
    },
  ];
}

/** EfficientNet-Lite0 to 4: timm's, and TensorFlow's by timm's names. */
export const efficientnetLite: readonly ModelEntry[] = sizes.flatMap((_, i) => entriesOf(i));
