/**
 * CoAtNet and MaxViT.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { fitBiasTables } from "./parts/fit_bias_table.ts";
import { MAXVIT_HEAD } from "./parts/maxvit_attention.ts";
import { initMaxVit, maxVitBlock, MaxVitStem } from "./parts/maxvit_blocks.ts";
import {
  MAXVIT_ATTENTION,
  MAXVIT_CONV,
  type MaxVitAttentionOptions,
  type MaxVitConvOptions,
} from "./parts/maxvit_options.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { checkWords } from "./parts/word_checks.ts";

/** What makes one CoAtNet or MaxViT another. */
export interface MaxVitOptions extends BuildOptions {
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /**
   * The blocks of each stage, the last letter for all that follow: `"C"` of convolutions, `"T"` with attention of the whole map,
   * `"M"` with convolutions and attention of windows and of the grid, `"P"` with both at once.
   */
  readonly blocks: readonly string[];
  /** Channels of the two convolutions that come first. */
  readonly stem: readonly [number, number];
  /** Whether each of those has biases; neither by default. */
  readonly stemBias?: readonly [boolean, boolean];
  /** The blocks of convolutions, where they are not as in CoAtNet's paper. */
  readonly conv?: Partial<MaxVitConvOptions>;
  /** The attention, where it is not as in CoAtNet's paper. */
  readonly attention?: Partial<MaxVitAttentionOptions>;
  /** The width of a hidden layer before the classifier; there is none by default. */
  readonly headHidden?: number;
  /** Whether the classifier has biases; true by default. */
  readonly headBias?: boolean;
}

/** The pixels between neighbours of the last of four stages. */
const coarsest = 32;

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
    checkShape(options, imageSize, inChannels);
    const conv = { ...MAXVIT_CONV, ...options.conv };
    const attention = { ...MAXVIT_ATTENTION, ...options.attention };
    this.stem = new MaxVitStem(
      [inChannels, ...options.stem],
      options.stemBias ?? [false, false],
      conv,
    );
    const rates = dropPathRates(dropPath, depths.reduce((a, b) => a + b));
    const window = Math.floor(imageSize / coarsest);
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

function checkShape(options: MaxVitOptions, imageSize: number, inChannels: number): void {
  const { dims, depths, blocks, stem, headHidden, numClasses } = options;
  checkList("MaxVit", "dims", dims);
  checkList("MaxVit", "depths", depths, dims.length);
  checkList("MaxVit", "stem", stem, 2);
  checkBlocks("MaxVit", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  if (headHidden !== undefined) checkCounts("MaxVit", { headHidden });
  checkCounts("MaxVit", { imageSize, "hidden width of the last stage": 4 * dims.at(-1)! });
  checkWords("MaxVit", "blocks", blocks, {
    length: dims.length,
    known: /^[CTMP]{1,1000}$/,
    wanted: "letters C, T, M, P",
  });
  dims.forEach((dim, i) => {
    // A first block with attention of the whole map may have the width of what comes in.
    const narrow = blocks[i].startsWith("T") && options.attention?.expandsFirst === false;
    const width = narrow ? dims[i - 1] ?? stem[1] : dim;
    if (/^C+$/.test(blocks[i]) || (width % MAXVIT_HEAD === 0 && dim % MAXVIT_HEAD === 0)) return;
    throw new ArgumentError(
      `MaxVit: the widths of stage ${i} are ${width} and ${dim}; attention needs multiples of its heads' ` +
        `${MAXVIT_HEAD} channels.`,
    );
  });
  const multiple = Math.max(coarsest, 4 * 2 ** (dims.length - 1));
  if (imageSize % multiple !== 0) {
    throw new ArgumentError(
      `MaxVit: imageSize must be a multiple of ${multiple}, got ${imageSize}.`,
    );
  }
  checkParameterCount(
    "MaxVit",
    dims.reduce((sum, dim, i) => {
      const each = blocks[i].includes("M") ? 36 : 16;
      return sum + depths[i] * (each * dim * dim + (imageSize / 8) ** 2 * dim / MAXVIT_HEAD);
    }, 9 * stem[0] * (inChannels + stem[1])) +
      dims.at(-1)! * (headHidden ?? 0) + (headHidden ?? dims.at(-1)!) * numClasses,
    { dims, depths, stem, imageSize, headHidden, inChannels, numClasses },
  );
}
