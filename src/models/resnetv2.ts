/**
 * Residual networks with pre-activation, and Big Transfer.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { ConvClassifier } from "./parts/conv_classifier.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import { PreactBlock, type PreactStyle, StdConv2d } from "./parts/preact_block.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one ResNetV2 another. */
export interface ResNetV2Options extends BuildOptions {
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Channels of each stage; 256, 512, 1024 and 2048 by default. */
  readonly widths?: readonly number[];
  /** By how much all widths grow; 1 by default. */
  readonly widthFactor?: number;
  /** Channels of the stem, before they grow; 64 by default. */
  readonly stemWidth?: number;
  /** The stem: one convolution of 7x7, or three of 3x3, the first narrower where it is tiered; `"plain"` by default. */
  readonly stem?: "plain" | "deep" | "tiered";
  /** The norms: batch norm, group norm, or Big Transfer's group norm with standardized weights; `"batch"` by default. */
  readonly norm?: "batch" | "group" | "bit";
  /** Whether blocks have two convolutions of 3x3; false by default. */
  readonly basic?: boolean;
}

const conv: PreactStyle["conv"] = (before, width, kernel, stride = 1) =>
  new nn.Conv2d(before, width, kernel, { stride, padding: (kernel - 1) / 2, bias: false });

const standardized: PreactStyle["conv"] = (before, width, kernel, stride = 1) =>
  new StdConv2d(before, width, kernel, stride, 1e-8);

const groupNorm = (width: number) => new nn.GroupNorm(32, width);

/**
 * Residual networks whose norms come first (He et al., Identity mappings in deep residual networks, 2016), and those of Big
 * Transfer (Kolesnikov et al., Big transfer (BiT): General visual representation learning, 2020). Parameters have timm's
 * names. Its stages are the last maps at strides 4, 8, 16 and 32, before the last norm.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = models.create("resnetv2_18", { numClasses: 10 });
 * model.forward(torch.zeros([2, 3, 64, 64])).shape; // [2, 10]
 * ```
 */
export class ResNetV2 extends Backbone {
  /** What makes the image four times smaller. */
  readonly stem: NamedChain;
  /** The norm of the last map. */
  readonly norm: nn.Module;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #groups: readonly (readonly nn.Module[])[];
  readonly #head: nn.Module;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: ResNetV2Options) {
    super();
    const name = "ResNetV2";
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(name, options);
    const { depths, widths = [256, 512, 1024, 2048], widthFactor = 1, stemWidth = 64 } = options;
    const { stem = "plain", norm = "batch", basic = false } = options;
    checkList(name, "depths", depths, 4);
    checkList(name, "widths", widths, 4);
    checkCounts(name, { widthFactor, stemWidth });
    const total = depths.reduce((a, b) => a + b);
    checkBlocks(name, `depths [${depths.join(", ")}]`, total);
    this.stageDims = widths.map((width) => makeDivisible(width * widthFactor));
    checkParameterCount(
      name,
      this.stageDims.reduce((sum, dim, i) => sum + depths[i] * dim * dim * (basic ? 18 : 1.1), 0) +
        this.stageDims[3] * numClasses,
      { depths, widths, widthFactor, numClasses },
    );
    const style: PreactStyle = {
      conv: norm === "bit" ? standardized : conv,
      norm: norm === "batch" ? (width) => new nn.BatchNorm2d(width) : groupNorm,
      averages: stem !== "plain",
      basic,
    };
    let before = makeDivisible(stemWidth * widthFactor);
    this.stem = new NamedChain({ ...stemOf(stem, inChannels, before, style), pool: poolOf(norm) });
    const rates = dropPathRates(dropPath, total);
    const stages = this.stageDims.map((width, i) => {
      const blocks = Array.from({ length: depths[i] }, (_, at) => {
        const stride = i > 0 && at === 0 ? 2 : 1;
        const own = { ...style, stride, isFirst: at === 0, dropPath: rates.shift()! };
        const block = new PreactBlock(before, width, own);
        before = width;
        return block;
      });
      return new NamedChain({ blocks: new Stage(...blocks) });
    });
    this.registerModule("stages", new nn.ModuleList(stages));
    this.#groups = [[this.stem, stages[0]], ...stages.slice(1).map((stage) => [stage])];
    this.norm = style.norm(before);
    this.featureDim = before;
    this.numClasses = numClasses;
    this.#head = numClasses === 0
      ? new nn.Identity()
      : new ConvClassifier(before, numClasses, dropout);
    this.registerModule("head", new NamedHead(this.#head));
    initConvolutions(this);
    if (this.#head instanceof ConvClassifier) nn.init.normal_(this.#head.weight, 0, 0.01);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head;
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and the mean of the last after its norm. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, images);
      return { stages, features: globalAvgPool(this.norm.forward(stages[3]).relu_()) };
    });
  }

  /** The last map after its norm. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => this.norm.forward(chainGroups(this.#groups, images)[3]).relu_());
  }
}

/** What halves the image: one convolution, or three with norms between them. */
function stemOf(
  kind: "plain" | "deep" | "tiered",
  inChannels: number,
  width: number,
  { conv, norm }: PreactStyle,
): Record<string, nn.Module> {
  if (kind === "plain") return { conv: conv(inChannels, width, 7, 2) };
  const second = Math.floor(width / 2);
  const first = kind === "tiered" ? Math.floor(3 * width / 8) : second;
  return {
    conv1: conv(inChannels, first, 3, 2),
    norm1: norm(first),
    act1: new nn.ReLU({ inplace: true }),
    conv2: conv(first, second, 3),
    norm2: norm(second),
    act2: new nn.ReLU({ inplace: true }),
    conv3: conv(second, width, 3),
  };
}

/** What halves the map; Big Transfer's pads with zeros, not with what is never the largest. */
function poolOf(norm: "batch" | "group" | "bit"): nn.Module {
  return norm === "bit"
    ? new Stage(new nn.ConstantPad2d(1, 0), new nn.MaxPool2d(3, { stride: 2 }))
    : new nn.MaxPool2d(3, { stride: 2, padding: 1 });
}
