/**
 * MetaFormers: PoolFormer, ConvFormer, CAFormer.
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
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { HEAD_WIDTH, MetaFormerBlock, type Mixer } from "./parts/metaformer_blocks.ts";
import { NormedConv, SquaredReluHead } from "./parts/metaformer_ends.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import {
  checkBlocks,
  checkCounts,
  checkList,
  checkParameterCount,
  checkSmall,
} from "./parts/size_checks.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { checkWords } from "./parts/word_checks.ts";

/** What makes one MetaFormer another. */
export interface MetaFormerOptions extends BuildOptions {
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** What mixes places in each stage. */
  readonly mixers: readonly Mixer[];
  /**
   * Whether the network is one of the baselines of 2024 (StarReLU, no biases, norms where maps become smaller, learned factors of what
   * branches are added to in the third stage and after); true by default. PoolFormer of 2022 is not.
   */
  readonly baseline?: boolean;
  /** What learned factors of the branches start with; there are none by default. */
  readonly layerScale?: number;
  /** Whether the classifier has a hidden layer; true by default. */
  readonly hiddenHead?: boolean;
}

/** The tokens of a map go through blocks with attention, and become a map again. */
class AttentionStage extends Stage {
  override forward(map: Tensor): Tensor {
    return torch.scope(() => {
      const tokens = super.forward(map.flatten(2).transpose(1, 2));
      return tokens.transpose(1, 2).unflatten(2, map.shape.slice(2));
    });
  }
}

/**
 * MetaFormer: whatever mixes places, the rest of the transformer does the work (Yu et al., MetaFormer is actually what you
 * need for vision, 2022; Yu et al., MetaFormer baselines for vision, 2024). Means of neighbours make it PoolFormer, separable
 * convolutions ConvFormer, those and attention in the last two stages CAFormer. Parameters have timm's names. Its stages are
 * at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.MetaFormer({
 *   ...{ numClasses: 10, dims: [16, 32], depths: [1, 1], mixers: ["conv", "attention"] },
 * });
 * const { stages } = model.forwardStages(torch.zeros([2, 3, 32, 32]));
 * stages.map((map) => map.shape); // [2, 16, 8, 8], [2, 32, 4, 4]
 * ```
 */
export class MetaFormer extends Backbone {
  /** What makes the image four times smaller. */
  readonly stem: NormedConv;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #head: NamedHead;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: MetaFormerOptions) {
    super();
    const { dims, depths, mixers, baseline = true, layerScale, hiddenHead = true } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("MetaFormer", options);
    checkShape(options, inChannels);
    this.stem = new NormedConv(inChannels, dims[0], { isStem: true, normed: baseline });
    const rates = dropPathRates(dropPath, depths.reduce((a, b) => a + b));
    const stages = dims.map((dim, i) => {
      const own = { mixer: mixers[i], baseline, layerScale, residualScale: baseline && i >= 2 };
      const blocks = rates.splice(0, depths[i])
        .map((rate) => new MetaFormerBlock(dim, { ...own, dropPath: rate }));
      const halving = () => new NormedConv(dims[i - 1], dim, { isStem: false, normed: baseline });
      return new NamedChain({
        ...(i > 0 && { downsample: halving() }),
        blocks: mixers[i] === "attention" ? new AttentionStage(...blocks) : new Stage(...blocks),
      });
    });
    this.stages = new nn.ModuleList(stages);
    this.stageDims = [...dims];
    this.stageReductions = dims.map((_, i) => 4 * 2 ** i);
    this.featureDim = dims.at(-1)!;
    this.numClasses = numClasses;
    const fc = hiddenHead && numClasses > 0
      ? new SquaredReluHead(this.featureDim, numClasses, dropout)
      : classifierHead(this.featureDim, numClasses, dropout);
    const norm = new nn.LayerNorm(this.featureDim, { eps: 1e-6 });
    this.#head = this.registerModule("head", new NamedHead(fc, { norm }));
    initTruncNormal(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the normed mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    using first = this.stem.forward(images);
    const stages = chainGroups([...this.stages].map((stage) => [stage]), first);
    const features = torch.scope(() => this.#head.forward(stages.at(-1)!.mean([2, 3])));
    return { stages, features };
  }
}

function checkShape(options: MetaFormerOptions, inChannels: number): void {
  const { dims, depths, mixers, layerScale, numClasses } = options;
  checkList("MetaFormer", "dims", dims);
  checkList("MetaFormer", "depths", depths, dims.length);
  if (layerScale !== undefined) checkSmall("MetaFormer", { layerScale });
  checkBlocks("MetaFormer", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  checkWords("MetaFormer", "mixers", mixers, {
    length: dims.length,
    known: /^(pool|conv|attention)$/,
    wanted: "pool, conv or attention",
  });
  dims.forEach((dim, i) => {
    if (mixers[i] !== "attention" || dim % HEAD_WIDTH === 0) return;
    throw new ArgumentError(
      `MetaFormer: dims[${i}] is ${dim}; attention needs a multiple of its heads' ${HEAD_WIDTH} channels.`,
    );
  });
  checkCounts("MetaFormer", { "hidden width of the last stage": 4 * dims.at(-1)! });
  checkParameterCount(
    "MetaFormer",
    dims.reduce(
      (sum, dim, i) => sum + depths[i] * 12 * dim * dim + 9 * dim * (dims[i - 1] ?? 0),
      49 * dims[0] * inChannels,
    ) + 4 * dims.at(-1)! * (dims.at(-1)! + numClasses),
    { dims, depths, inChannels, numClasses },
  );
}
