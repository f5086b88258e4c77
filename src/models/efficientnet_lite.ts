/**
 * EfficientNet-Lite.
 *
 * @module
 */

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
import { globalAvgPool } from "./parts/global_pool.ts";
import { convOf, LiteBlock, styleOf } from "./parts/lite_block.ts";
import { chainGroups, groupsEndingAt } from "./parts/stage.ts";

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
