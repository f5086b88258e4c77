/**
 * RegNets.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { activate_, type Activation } from "./parts/activation.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { FcHead } from "./parts/classifier_head.ts";
import { convBn, type ConvNormAct } from "./parts/conv_norm_act.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { initByOutputs } from "./parts/init_by_outputs.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { PreRegNetBlock, RegNetBlock, type RegNetStyle } from "./parts/regnet_blocks.ts";
import { checkBlocks, checkCounts, checkParameterCount } from "./parts/size_checks.ts";
import { type RegNetDesign, regNetStages } from "./regnet_design.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one RegNet another. */
export interface RegNetOptions extends BuildOptions, RegNetDesign, RegNetStyle {
  /** Channels of the convolution after the last stage; without one by default. */
  readonly headWidth?: number;
}

/** Channels of the stem. */
const STEM = 32;

/**
 * A network of the RegNet design space (Radosavovic et al., Designing network design spaces, 2020: X, and Y with squeeze
 * and excitation; Dollár et al., Fast and accurate model scaling, 2021: Z; Goyal et al., Vision models are more robust
 * and fair when pretrained on uncurated images without supervision, 2022: the largest). Parameters have timm's names. Its
 * stages are at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("regnety_002", { numClasses: 10 });
 * student.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class RegNet extends Backbone {
  /** The first convolution, which halves the image. */
  readonly stem: nn.Module;
  /** The stages, each of which halves the map. */
  readonly stages: readonly NamedChain[];
  /** The convolution after the last stage, if there is one. */
  readonly finalConv?: ConvNormAct;
  /** The classifier. */
  override readonly head: FcHead;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** Channels of what is pooled. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #lastActivation?: Activation;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: RegNetOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("RegNet", options);
    const { activation = "relu", preActivation = false, linear = false, headWidth } = options;
    const stages = regNetStages(options);
    check(options, stages);
    this.stem = preActivation
      ? new nn.Conv2d(inChannels, STEM, 3, { stride: 2, padding: 1, bias: false })
      : convBn(inChannels, STEM, {
        kernel: 3,
        stride: 2,
        activation,
        norm: options.norm,
      });
    const rates = dropPathRates(dropPath, options.depth);
    const Block = preActivation ? PreRegNetBlock : RegNetBlock;
    let before = STEM;
    const made = stages.map(({ depth, width, inner, groups }) => {
      const blocks = Array.from({ length: depth }, (_, i) => {
        const stride = i === 0 ? 2 : 1;
        const own = { ...options, inner, groups, stride, dropPath: rates.shift()! };
        const block = new Block(before, width, own);
        before = width;
        return [`b${i + 1}`, block];
      });
      return new NamedChain(Object.fromEntries(blocks));
    });
    this.stages = made;
    made.forEach((stage, i) => this.registerModule(`s${i + 1}`, stage));
    if (headWidth !== undefined) {
      const own = { activation, norm: options.norm };
      this.finalConv = this.registerModule("final_conv", convBn(before, headWidth, own));
    } else if (preActivation || linear) this.#lastActivation = activation;
    this.stageDims = stages.map(({ width }) => width);
    this.featureDim = headWidth ?? before;
    this.numClasses = numClasses;
    this.head = new FcHead(this.featureDim, numClasses, dropout);
    initByOutputs(this);
    for (const block of this.modules()) {
      if (!(block instanceof RegNetBlock)) continue;
      const norm = block.conv3.norm as nn.BatchNorm2d;
      nn.init.zeros_(norm.weight!);
    }
  }

  /** (B, C, H, W) to the maps of the stages, and what is pooled. */
  #maps(images: Tensor): { stages: Tensor[]; last: Tensor } {
    let map = this.stem.forward(images);
    const stages = this.stages.map((stage) => map = stage.forward(map));
    if (this.finalConv !== undefined) return { stages, last: this.finalConv.forward(map) };
    // The map itself is seen too.
    const own = this.#lastActivation;
    return { stages, last: own === undefined ? map : activate_(map.clone(), own) };
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last, after what follows it. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const { stages, last } = this.#maps(images);
      return { stages, features: globalAvgPool(last) };
    });
  }

  /** (B, C, H, W) to the map that is pooled, (B, featureDim, rows, columns). */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => this.#maps(images).last);
  }
}

/** Checks that a design has four stages and is not too large. */
function check(
  { depth, headWidth, numClasses }: RegNetOptions,
  stages: ReturnType<typeof regNetStages>,
): void {
  checkBlocks("RegNet", `depth ${depth}`, depth);
  if (headWidth !== undefined) checkCounts("RegNet", { headWidth });
  if (stages.length !== 4) {
    throw new ArgumentError(
      `RegNet: a design makes 4 stages, this one ${stages.length}, of ${
        stages.slice(0, 9).map(({ width }) => width).join(", ")
      } channels; choose another slope or factor.`,
    );
  }
  for (const { width, inner } of stages) checkCounts("RegNet", { width, inner });
  const last = stages[3].width;
  checkParameterCount(
    "RegNet",
    stages.reduce(
      (sum, { depth, width, inner, groups }) =>
        sum + depth * inner * (2 * width + 9 * inner / groups),
      (headWidth ?? 0) * last + (headWidth ?? last) * numClasses,
    ),
    { widths: stages.map(({ width }) => width), depth, numClasses },
  );
}
