/**
 * FastViT.
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
import { FcHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { ConditionalPositions, FastVitBlock, HEAD_DIM } from "./parts/fastvit_blocks.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { RepConv } from "./parts/rep_conv.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
} from "./parts/size_checks.ts";
import { squeezedWidth, SqueezeExcite } from "./parts/squeeze_excite.ts";
import { Stage } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

/** What makes one FastViT another. */
export interface FastVitOptions extends BuildOptions {
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** By how much the MLPs widen. */
  readonly mlpRatio: number;
  /** How many of the last stages attend; none by default. */
  readonly attention?: number;
  /** Whether halving has an activation, as in MobileCLIP's towers; false by default. */
  readonly activated?: boolean;
  /** In how many of the last stages halving has squeeze and excitation; none by default. */
  readonly squeezed?: number;
  /** Whether the stem has no 1x1 branches and attention layer norms, as in MobileCLIP 2; false by default. */
  readonly large?: boolean;
}

const squeeze = (dim: number, width: number) =>
  ["se", new SqueezeExcite(dim, width, { activation: "relu", gate: "sigmoid" })] as const;

/**
 * FastViT (Vasu et al., FastViT: A fast hybrid vision transformer using structural reparameterization, 2023, table 2 and
 * figure 2; the towers of MobileCLIP in Vasu et al., MobileCLIP: Fast image-text models through multi-modal reinforced
 * training, 2024). Parameters have timm's names; `models.fold` makes the network without branches. Its stages are at
 * strides 4, 8, 16 and 32; of five, the last four are seen.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("fastvit_t8", { numClasses: 10 });
 * using small = models.fold(student);
 * small.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class FastVit extends Backbone {
  /** Three convolutions, two of which halve the image. */
  readonly stem: Stage;
  /** The stages: what halves the map, positions, blocks. */
  readonly stages: nn.ModuleList;
  /** From the last stage to the features' channels. */
  readonly finalConv: RepConv;
  /** The classifier. */
  override readonly head: FcHead;
  /** Channels of the last four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Twice the channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: FastVitOptions) {
    super();
    const { depths, dims, mlpRatio, attention = 0, squeezed = 0, large = false } = options;
    const checked = checkBuildOptions("FastVit", options, { folds: true });
    const { numClasses, inChannels, dropout, dropPath, folded } = checked;
    checkList("FastVit", "depths", depths);
    checkList("FastVit", "dims", dims, depths.length);
    checkFactors("FastVit", { mlpRatio });
    checkCounts("FastVit", { attention, squeezed }, 0);
    const total = depths.reduce((a, b) => a + b);
    checkBlocks("FastVit", `depths [${depths.join(", ")}]`, total);
    checkParameterCount(
      "FastVit",
      dims.reduce((sum, dim, i) => sum + depths[i] * (2 * mlpRatio + 4) * dim ** 2, 0) +
        2 * dims.at(-1)! * numClasses,
      { depths, dims, mlpRatio, numClasses },
    );
    for (const dim of dims.slice(dims.length - attention)) {
      if (dim % HEAD_DIM === 0) continue;
      throw new ArgumentError(
        `FastVit: a stage that attends has heads of ${HEAD_DIM} channels, got ${dim}; choose a multiple.`,
      );
    }
    const rates = dropPathRates(dropPath, total);
    const norm = (channels: number) =>
      large ? new nn.LayerNorm2d(channels) : new nn.BatchNorm2d(channels);
    const one = { activation: "gelu", branches: 1, folded } as const;
    const stem = { ...one, scale: !large };
    const width = dims[0];
    this.stem = new Stage(
      new RepConv(inChannels, width, { ...stem, stride: 2 }),
      new RepConv(width, width, { ...stem, stride: 2, groups: width }),
      new RepConv(width, width, { ...stem, kernel: 1 }),
    );
    this.stages = new nn.ModuleList(dims.map((dim, i) => {
      const before = dims[i - 1];
      const attends = i >= dims.length - attention;
      const halve = i === 0 ? undefined : new Stage(
        new RepConv(before, dim, {
          kernel: 7,
          small: 3,
          stride: 2,
          groups: before,
          folded,
          activation: options.activated ? "gelu" : undefined,
          attention: i >= dims.length - squeezed
            ? squeeze(dim, squeezedWidth(dim, 1 / 4))
            : undefined,
        }),
        new RepConv(dim, dim, { ...one, kernel: 1 }),
      );
      const blocks = rates.splice(0, depths[i]).map((dropPath) =>
        new FastVitBlock(dim, {
          mlpRatio,
          mixer: attends ? "attention" : "repmixer",
          norm,
          dropPath,
          folded,
        })
      );
      return new NamedChain({
        ...(halve && { downsample: new NamedChain({ proj: halve }) }),
        ...(attends && { pos_emb: new ConditionalPositions(dim, folded) }),
        blocks: new Stage(...blocks),
      });
    }));
    const last = dims.at(-1)!;
    this.featureDim = 2 * last;
    this.finalConv = this.registerModule(
      "final_conv",
      new RepConv(last, this.featureDim, {
        ...one,
        groups: last,
        attention: squeeze(this.featureDim, squeezedWidth(this.featureDim, 1 / 16, 1)),
      }),
    );
    this.stageDims = dims.slice(-4);
    this.stageReductions = dims.map((_, i) => 4 * 2 ** i).slice(-4);
    this.numClasses = numClasses;
    this.head = new FcHead(this.featureDim, numClasses, dropout);
    initTruncNormal(this, [nn.Linear]);
  }

  /** (B, C, H, W) to the maps of all stages, and what is pooled. */
  #maps(images: Tensor): { maps: Tensor[]; last: Tensor } {
    let map = this.stem.forward(images);
    const maps = [...this.stages].map((stage) => map = stage.forward(map));
    return { maps, last: this.finalConv.forward(map) };
  }

  /** (B, C, H, W) to the maps of the last four stages, and the mean of the last convolution's. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const { maps, last } = this.#maps(images);
      return { stages: maps.slice(-4), features: globalAvgPool(last) };
    });
  }

  /** (B, C, H, W) to the last convolution's map, (B, featureDim, rows, columns). */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => this.#maps(images).last);
  }
}
