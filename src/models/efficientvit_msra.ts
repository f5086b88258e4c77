/**
 * EfficientViT, of Microsoft Research Asia.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { convBn } from "./parts/conv_norm_act.ts";
import { SandwichBlock, SandwichDownsample } from "./parts/efficientvit_msra_blocks.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { normLinear } from "./parts/norm_linear.ts";
import { checkHeads } from "./parts/self_attention.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chain, chainGroups, Stage } from "./parts/stage.ts";

/** What makes one EfficientViT of MSRA another. */
export interface EfficientVitMsraOptions extends BuildOptions {
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Attention heads of each stage. */
  readonly heads: readonly number[];
  /** The sides of the kernels by which the queries of each head see around them. */
  readonly kernels: readonly number[];
}

const KEY_DIM = 16;
const WINDOW = 7;

/**
 * EfficientViT (Liu et al., EfficientViT: Memory efficient vision transformer with cascaded group attention, 2023, figure
 * 6): overlapping patches of 16 pixels, then stages of blocks with one attention each. Parameters have timm's names. Its
 * three stages are at strides 16, 32 and 64.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("efficientvit_m0", { numClasses: 10 });
 * student.forward(torch.zeros([2, 3, 224, 224])).shape; // [2, 10]
 * ```
 */
export class EfficientVitMsra extends Backbone {
  /** Four convolutions, each of which halves the image. */
  readonly patchEmbed: NamedChain;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of each stage. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: EfficientVitMsraOptions) {
    super();
    const name = "EfficientVitMsra";
    const { numClasses, inChannels, dropout } = checkBuildOptions(name, options);
    const { dims, depths, heads, kernels, imageSize = 224 } = options;
    checkList(name, "dims", dims);
    checkList(name, "depths", depths, dims.length);
    checkList(name, "heads", heads, dims.length);
    checkList(name, "kernels", kernels);
    if (kernels.some((side) => side % 2 === 0)) {
      throw new ArgumentError(
        `${name}: kernels must be odd, so that they keep the size of a map, got [${
          kernels.join(", ")
        }].`,
      );
    }
    checkCounts(name, { "kernels for each of the heads": kernels.length }, Math.max(...heads));
    dims.forEach((dim, i) => checkHeads(`${name}'s stage ${i}`, dim, heads[i]));
    checkBlocks(name, `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
    checkParameterCount(
      name,
      dims.reduce((sum, dim, i) => sum + depths[i] * 10 * dim * dim, 0) +
        dims.at(-1)! * numClasses,
      { dims, depths, numClasses },
    );
    const widths = [inChannels, ...[8, 4, 2, 1].map((part) => Math.floor(dims[0] / part))];
    this.patchEmbed = this.registerModule(
      "patch_embed",
      new NamedChain(Object.fromEntries([1, 2, 3, 4].map((i) => {
        const activation = i < 4 ? "relu" as const : undefined;
        const conv = convBn(widths[i - 1], widths[i], { kernel: 3, stride: 2, activation });
        return [`conv${i}`, conv];
      }))),
    );
    let side = Math.floor(imageSize / 16);
    this.stages = new nn.ModuleList(dims.map((dim, i) => {
      if (i > 0) side = Math.ceil(side / 2);
      const window = Math.min(WINDOW, side);
      const own = { heads: heads[i], keyDim: KEY_DIM, kernels, window };
      const blocks = Array.from({ length: depths[i] }, () => new SandwichBlock(dim, own));
      return new NamedChain({
        ...(i > 0 && { downsample: new SandwichDownsample(dims[i - 1], dim) }),
        blocks: new Stage(...blocks),
      });
    }));
    this.stageDims = dims;
    this.stageReductions = dims.map((_, i) => 16 * 2 ** i);
    this.featureDim = dims.at(-1)!;
    this.numClasses = numClasses;
    this.head = normLinear(this.featureDim, numClasses, dropout);
  }

  /** (B, C, H, W) to the maps at strides 16, 32 and 64, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const first = chain(this.patchEmbed.items, images);
      const stages = chainGroups([...this.stages].map((stage) => [stage]), first);
      return { stages, features: globalAvgPool(stages.at(-1)!) };
    });
  }
}
