/**
 * EfficientNet-Lite.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { convNorm } from "./parts/conv_norm_act.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { checkScaling, EFFICIENTNET_STAGES } from "./parts/efficientnet_stages.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { SameConv2d } from "./parts/same_conv.ts";
import { chainGroups, groupsEndingAt } from "./parts/stage.ts";

const norm: nn.BatchNormOptions = { eps: 1e-3, momentum: 0.01 };

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
  readonly #dropPath: number;

  constructor(
    before: number,
    width: number,
    options: { expansion: number; kernel: number; stride: number; dropPath: number },
  ) {
    super();
    const { expansion, kernel, stride, dropPath } = options;
    const inner = before * expansion;
    const step = (name: string, conv: nn.Module, bn: string, channels: number) => {
      this.registerModule(name, conv);
      return [conv, this.registerModule(bn, new nn.BatchNorm2d(channels, norm))] as [
        nn.Module,
        nn.Module,
      ];
    };
    if (expansion !== 1) {
      this.#expand = step("_expand_conv", new SameConv2d(before, inner, 1), "_bn0", inner);
    }
    const depthwise = new SameConv2d(inner, inner, kernel, { stride, groups: inner });
    this.#depthwise = step("_depthwise_conv", depthwise, "_bn1", inner);
    this.#project = step("_project_conv", new SameConv2d(inner, width, 1), "_bn2", width);
    this.#shortcut = stride === 1 && before === width;
    this.#dropPath = dropPath;
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const wide = this.#expand === undefined ? x : convNorm(...this.#expand, x).relu6_();
      const seen = convNorm(...this.#depthwise, wide).relu6_();
      const branch = convNorm(...this.#project, seen);
      if (!this.#shortcut) return branch;
      const drops = this.training && this.#dropPath > 0;
      return (drops ? dropConnect(branch, this.#dropPath) : branch).add_(x);
    });
  }
}

/** What makes one EfficientNet-Lite another. */
export interface EfficientNetLiteOptions extends BuildOptions {
  /** By how much the widths of all stages grow. */
  readonly widthFactor: number;
  /** By how much the depths of all stages but the first and the last grow. */
  readonly depthFactor: number;
}

/** The stages that are the last at each of the strides 4, 8, 16 and 32. */
const STAGE_ENDS = [1, 2, 4, 6];

/**
 * EfficientNet-Lite (Liu, Higher accuracy on vision models with EfficientNet-Lite, 2020): EfficientNet for integer
 * arithmetic. There is no squeeze and excitation, ReLU6 takes the place of SiLU, and the first and last
 * convolutions do not grow. Convolutions are padded as TensorFlow pads, for images of any size. Parameters have the
 * names of the package efficientnet-lite-pytorch. Its stages are the last blocks at strides 4, 8, 16 and 32.
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
    let before = 32;
    this.#stem = [
      this.registerModule("_conv_stem", new SameConv2d(inChannels, before, 3, { stride: 2 })),
      this.registerModule("_bn0", new nn.BatchNorm2d(before, norm)),
    ];
    const blocks: nn.Module[] = [];
    const ends: number[] = [];
    for (const { expansion, kernel, stride, width, depth } of stages) {
      for (let i = 0; i < depth; i++) {
        const rate = dropPath * blocks.length / total;
        const own = { expansion, kernel, stride: i === 0 ? stride : 1, dropPath: rate };
        blocks.push(new LiteBlock(before, width, own));
        before = width;
      }
      ends.push(blocks.length - 1);
    }
    this.registerModule("_blocks", new nn.ModuleList(blocks));
    this.#groups = groupsEndingAt(blocks, STAGE_ENDS.slice(0, -1).map((stage) => ends[stage]));
    this.#last = [
      this.registerModule("_conv_head", new SameConv2d(before, this.featureDim, 1)),
      this.registerModule("_bn1", new nn.BatchNorm2d(this.featureDim, norm)),
    ];
    this.head = this.registerModule("_fc", classifierHead(this.featureDim, numClasses, dropout));
    this.stageDims = STAGE_ENDS.map((stage) => stages[stage].width);
    this.numClasses = numClasses;
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

function entryOf(
  name: string,
  [widthFactor, depthFactor, inputSize, dropout]: readonly [number, number, number, number],
): ModelEntry {
  return {
    name,
    source: "efficientnet-lite-pytorch",
    paper: "Liu, Higher accuracy on vision models with EfficientNet-Lite, 2020",
    inputSize,
    cropFraction: inputSize / (inputSize + 32),
    mean: [127 / 255, 127 / 255, 127 / 255],
    std: [128 / 255, 128 / 255, 128 / 255],
    interpolation: "bicubic",
    featureDim: 1280,
    numClasses: 1000,
    build: (options) =>
      new EfficientNetLite({
        ...options,
        widthFactor,
        depthFactor,
        dropout: options.dropout ?? dropout,
      }),
  };
}

/**
 * EfficientNet-Lite0 to 4. Images as the evaluation of TensorFlow's models, which the weights come from, has them:
 * (x - 127) / 128 of values from 0 to 255, and 32 pixels less than resized.
 */
export const efficientnetLite: readonly ModelEntry[] = [
  entryOf("efficientnet_lite0", [1.0, 1.0, 224, 0.2]),
  entryOf("efficientnet_lite1", [1.0, 1.1, 240, 0.2]),
  entryOf("efficientnet_lite2", [1.1, 1.2, 260, 0.3]),
  entryOf("efficientnet_lite3", [1.2, 1.4, 280, 0.3]),
  entryOf("efficientnet_lite4", [1.4, 1.8, 300, 0.3]),
];
