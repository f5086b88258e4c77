/**
 * CoAtNet and MaxViT.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { MaxVitOptions } from "./maxvit_options.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { fitBiasTables } from "./parts/fit_bias_table.ts";
import { initMaxVit, maxVitBlock, MaxVitStem } from "./parts/maxvit_blocks.ts";
import { checkMaxVit, COARSEST } from "./parts/maxvit_checks.ts";
import { MAXVIT_ATTENTION, MAXVIT_CONV } from "./parts/maxvit_options.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import { chainGroups, Stage } from "./parts/stage.ts";

/**
 * CoAtNet (Dai et al., CoAtNet: marrying convolution and attention for all data sizes, 2021) and MaxViT (Tu et al., MaxViT: multi-axis
 * vision transformer, 2022). Parameters have timm's names. Its stages are at strides 4, 8, 16 and 32. Images are of the
 * one size that it was built for, or where attention is never of a whole map a multiple of it.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = models.create("maxvit_tiny_tf_224", { numClasses: 10, imageSize: 64 });
 * model.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class MaxVit extends Backbone {
  /** Two convolutions, the first of which halves the image. */
  readonly stem: MaxVitStem;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** The norm of the last map, or null where there is a hidden layer. */
  readonly norm: nn.Module | null;
  /** Height and width of the images. */
  readonly imageSize: number;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #isFixed: boolean;
  readonly #head: NamedHead;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: MaxVitOptions) {
    super();
    const { dims, depths, imageSize = 224, headHidden } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("MaxVit", options);
    checkMaxVit(options, imageSize, inChannels);
    const conv = { ...MAXVIT_CONV, ...options.conv };
    const attention = { ...MAXVIT_ATTENTION, ...options.attention };
    this.stem = new MaxVitStem(
      [inChannels, ...options.stem],
      options.stemBias ?? [false, false],
      conv,
    );
    const rates = dropPathRates(dropPath, depths.reduce((a, b) => a + b));
    const window = Math.floor(imageSize / COARSEST);
    this.stages = new nn.ModuleList(dims.map((dim, i) => {
      const mapSide = imageSize / (4 * 2 ** i);
      const blocks = rates.splice(0, depths[i]).map((rate, at) => {
        const before = at > 0 ? dim : dims[i - 1] ?? options.stem[1];
        const letter = options.blocks[i].at(Math.min(at, options.blocks[i].length - 1))!;
        const own = { stride: at === 0 ? 2 : 1, dropPath: rate };
        const side = letter === "T" ? mapSide : window;
        return maxVitBlock(letter, [before, dim], { conv, attention, window: side, ...own });
      });
      return new NamedChain({ blocks: new Stage(...blocks) });
    }));
    this.#isFixed = options.blocks.some((letters) => letters.includes("T"));
    const last = dims.at(-1)!;
    const { eps, batchNorm } = attention;
    const mapNorm = () =>
      batchNorm ? new nn.BatchNorm2d(last, { eps }) : new nn.LayerNorm2d(last, { eps });
    this.norm = headHidden === undefined ? mapNorm() : null;
    this.stageDims = [...dims];
    this.stageReductions = dims.map((_, i) => 4 * 2 ** i);
    this.featureDim = headHidden ?? last;
    this.numClasses = numClasses;
    this.imageSize = imageSize;
    initMaxVit(this);
    const fc = classifierHead(this.featureDim, numClasses, dropout, options.headBias);
    const hidden = headHidden === undefined ? {} : {
      norm: new nn.LayerNorm(last, { eps }),
      hidden: new nn.Linear(last, headHidden),
    };
    this.#head = this.registerModule("head", new NamedHead(fc, hidden));
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the features: the mean of the last, normed, with the hidden layer. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = this.#maps(images);
      const last = stages.at(-1)!;
      const dense = this.norm?.forward(last) ?? last;
      return { stages, features: this.#head.forward(dense.mean([2, 3])) };
    });
  }

  /** The last map after its norm, if it has one. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const last = this.#maps(images).at(-1)!;
      return this.norm?.forward(last) ?? last;
    });
  }

  #maps(images: Tensor): Tensor[] {
    const { imageSize } = this;
    const sides = images.shape.slice(2);
    if (!sides.every((side) => this.#isFixed ? side === imageSize : side % imageSize === 0)) {
      throw new ShapeError(
        `This MaxVit is for images of ${imageSize} x ${imageSize} pixels${
          this.#isFixed ? "" : ", or of multiples"
        }, got [${images.shape.join(", ")}]. Resize the images, or build it with their imageSize.`,
      );
    }
    return chainGroups([...this.stages].map((stage) => [stage]), this.stem.forward(images));
  }

  /** A state dict of the same network for images of another size, with tables of biases interpolated to this one's windows. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    return fitBiasTables(state, this.stateDict());
  }
}
