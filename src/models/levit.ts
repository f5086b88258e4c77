/**
 * LeViT.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { checkImageSize } from "./parts/check_image_size.ts";
import { LevitBlock, LevitDownsample, type LevitStyle } from "./parts/levit_blocks.ts";
import { levitStem } from "./parts/levit_stem.ts";
import { checkGrid } from "./parts/offset_attention.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { normLinear } from "./parts/norm_linear.ts";
import type { Grid } from "./parts/positions.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chain, Stage } from "./parts/stage.ts";
import { PairedHeads } from "./parts/paired_heads.ts";

/** What makes one LeViT another. */
export interface LevitOptions extends BuildOptions {
  /** The width of each stage's tokens. */
  readonly dims: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Attention heads of each stage. */
  readonly heads: readonly number[];
  /** Channels of a head's keys. */
  readonly keyDim: number;
  /** The activation; hard swish by default. */
  readonly activation?: "hardswish" | "silu";
  /** By how much the convolutions make the image smaller; 16 by default. */
  readonly stemStride?: 8 | 16;
  /** Whether weights have the shape of 1x1 convolutions, as in timm's `levit_conv_*`; false by default. */
  readonly isConv?: boolean;
  /** Whether a teacher taught a head of its own; true by default. */
  readonly distilled?: boolean;
}

/**
 * LeViT (Graham et al., LeViT: a vision transformer in ConvNet's clothing for faster inference, 2021, figure 3):
 * convolutions, then three stages of attention with biases for offsets, each of half the rows and columns. Parameters have
 * timm's names. It was taught by labels and by a teacher, and has a head for each, whose mean are the logits. Its stages
 * are at strides 16, 32 and 64; images are square and of the one size that it was built for.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("levit_128s", { numClasses: 10 });
 * student.forward(torch.zeros([2, 3, 224, 224])).shape; // [2, 10]
 * ```
 */
export class Levit extends Backbone {
  /** Convolutions, each of which halves the image. */
  readonly stem: NamedChain;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** The width of each stage's tokens. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  /** Height and width of the images. */
  readonly imageSize: number;
  readonly #grids: readonly Grid[];
  readonly #head: nn.Module;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: LevitOptions) {
    super();
    const name = "Levit";
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(name, options);
    const { dims, depths, heads, keyDim, imageSize = 224 } = options;
    const { activation = "hardswish", stemStride = 16, isConv = false, distilled = true } = options;
    checkList(name, "dims", dims);
    checkList(name, "depths", depths, dims.length);
    checkList(name, "heads", heads, dims.length);
    checkCounts(name, { keyDim, imageSize });
    checkCounts(name, { "heads of keyDim channels": Math.floor(Math.min(...dims) / keyDim) });
    checkBlocks(name, `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
    checkParameterCount(
      name,
      dims.reduce((sum, dim, i) => sum + depths[i] * dim * (6 * keyDim * heads[i] + 4 * dim), 0) +
        2 * dims.at(-1)! * numClasses,
      { dims, depths, heads, keyDim, numClasses },
    );
    const side = Math.floor(imageSize / stemStride);
    checkGrid(name, imageSize, side);
    const style: LevitStyle = { keyDim, activation, isConv };
    this.stem = levitStem(inChannels, dims[0], stemStride, activation);
    let grid: Grid = [side, side];
    const grids: Grid[] = [];
    this.stages = new nn.ModuleList(dims.map((dim, i) => {
      const downsample = i > 0
        ? new LevitDownsample(dims[i - 1], dim, grid, style, dropPath)
        : undefined;
      grid = downsample?.grid ?? grid;
      grids.push(grid);
      const blocks = Array.from(
        { length: depths[i] },
        () => new LevitBlock(dim, heads[i], grid, style, dropPath),
      );
      return new NamedChain({ ...(downsample && { downsample }), blocks: new Stage(...blocks) });
    }));
    this.#grids = grids;
    this.stageDims = dims;
    this.stageReductions = dims.map((_, i) => stemStride * 2 ** i);
    this.featureDim = dims.at(-1)!;
    this.numClasses = numClasses;
    this.imageSize = imageSize;
    const [head, other] = (distilled ? ["head", "head_dist"] : ["head"]).map((key) =>
      this.registerModule(key, normLinear(this.featureDim, numClasses, dropout))
    );
    this.#head = distilled && numClasses > 0 ? new PairedHeads(head, other) : head;
  }

  /** From features to logits: the mean of both heads'. */
  override get head(): nn.Module {
    return this.#head;
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last one's tokens. */
  override forwardStages(images: Tensor): StagedFeatures {
    checkImageSize("Levit", images, this.imageSize);
    return torch.scope(() => {
      let tokens = chain(this.stem.items, images).flatten(2).transpose(1, 2);
      const stages = [...this.stages].map((stage, i) => {
        tokens = stage.forward(tokens);
        return tokens.transpose(1, 2).unflatten(2, this.#grids[i]);
      });
      return { stages, features: tokens.mean([1]) };
    });
  }
}
