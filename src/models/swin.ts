/**
 * Swin Transformers.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { NamesLayers } from "../optim/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
  transformerParameters,
} from "./parts/size_checks.ts";
import { chainGroups, groupsEndingAt, Stage } from "./parts/stage.ts";
import { checkHeads } from "./parts/self_attention.ts";
import { NamedHead, NamedStage, PatchMerging, Stem, SwinBlock } from "./parts/swin_blocks.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

/** What makes one Swin another. */
export interface SwinOptions extends BuildOptions {
  /** Channels of the first stage; every other has twice as many as the one before. */
  readonly dim: number;
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Attention heads in each stage. */
  readonly heads: readonly number[];
  /** The side of a window; 7 by default. */
  readonly window?: number;
  /** Height and width of a patch in pixels; 4 by default. */
  readonly patchSize?: number;
  /** The hidden width of a block's MLP over its own; 4 by default. */
  readonly mlpRatio?: number;
  /** Whose names the parameters have; `"torchvision"` by default. */
  readonly names?: "torchvision" | "timm";
}

/**
 * Swin Transformer (Liu et al., Swin transformer: hierarchical vision transformer using shifted windows, 2021).
 * Parameters have torchvision's names, or timm's. Images may have any size of at least a patch. Its stages are those of the
 * paper's figure 3a, as maps (B, C, H, W), at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.Swin({ numClasses: 10, dim: 16, depths: [2, 2], heads: [1, 2], window: 4 });
 * const { stages } = model.forwardStages(torch.zeros([2, 3, 32, 32]));
 * stages.map((map) => map.shape); // [2, 16, 8, 8], [2, 32, 4, 4]
 * ```
 */
export class Swin extends Backbone implements NamesLayers {
  /** The stages, each with the patches or what halves the map before it. */
  readonly #groups: nn.Module[][];
  /** What the names of the blocks' parameters begin with, after those of the stem. */
  readonly #layers: string[][];
  /** The last norm. */
  readonly norm: nn.LayerNorm;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: SwinOptions) {
    super();
    const { dim, depths, heads, window = 7, patchSize = 4, mlpRatio = 4 } = options;
    const { names = "torchvision" } = options;
    if (names !== "torchvision" && names !== "timm") {
      throw new ArgumentError(`Swin: names is "torchvision" or "timm", got "${names}".`);
    }
    const checked = checkBuildOptions("Swin", options);
    checkCounts("Swin", { dim, window, patchSize });
    checkFactors("Swin", { mlpRatio });
    checkList("Swin", "depths", depths);
    checkList("Swin", "heads", heads, depths.length);
    const total = depths.reduce((a, b) => a + b);
    checkBlocks("Swin", `depths [${depths.join(", ")}]`, total);
    this.stageDims = depths.map((_, i) => dim * 2 ** i);
    this.stageReductions = this.stageDims.map((_, i) => patchSize * 2 ** i);
    checkCounts("Swin", { "dim of the last of the depths": this.stageDims.at(-1)! });
    this.stageDims.forEach((width, i) => {
      checkHeads(`Swin's stage ${i}`, width, heads[i]);
      checkCounts("Swin", { "dim times mlpRatio": width * mlpRatio });
    });
    checkParameterCount(
      "Swin",
      this.stageDims.reduce(
        (sum, width, i) =>
          sum + transformerParameters(depths[i], width, width * mlpRatio) + 8 * width * width +
          depths[i] * heads[i] * (2 * window - 1) ** 2,
        dim * checked.inChannels * patchSize ** 2,
      ) + this.stageDims.at(-1)! * checked.numClasses,
      { dim, depths, heads, window, patchSize, mlpRatio, ...checked },
    );
    const rates = dropPathRates(checked.dropPath, total);
    const parts: nn.Module[] = [new Stem(names, checked.inChannels, dim, patchSize)];
    this.stageDims.forEach((width, i) => {
      if (i > 0) parts.push(new PatchMerging(this.stageDims[i - 1]));
      const shared = { names, heads: heads[i], window, mlpRatio };
      const blocks = rates.splice(0, depths[i]).map((dropPath, at) => {
        const shift = at % 2 === 0 ? 0 : Math.floor(window / 2);
        return new SwinBlock(width, { ...shared, shift, dropPath });
      });
      parts.push(new Stage(...blocks));
    });
    this.#layers = layerNames(names, depths);
    if (names === "timm") {
      this.registerModule("patch_embed", parts[0]);
      const stages = depths.map((_, i) =>
        new NamedStage(i === 0 ? undefined : parts[2 * i], parts[2 * i + 1] as Stage)
      );
      this.registerModule("layers", new nn.ModuleList(stages));
    } else this.registerModule("features", new nn.ModuleList(parts));
    this.#groups = groupsEndingAt(parts, depths.slice(1).map((_, i) => 2 * i + 1));
    this.featureDim = this.stageDims.at(-1)!;
    this.norm = new nn.LayerNorm(this.featureDim);
    this.numClasses = checked.numClasses;
    const head = classifierHead(this.featureDim, checked.numClasses, checked.dropout);
    this.head = names === "timm" ? new NamedHead(head) : head;
    initTruncNormal(this, [nn.Linear]);
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last after a norm. */
  override forwardStages(images: Tensor): StagedFeatures {
    const maps = chainGroups(this.#groups, images);
    const features = torch.scope(() => this.norm.forward(maps.at(-1)!).mean([1, 2]));
    const stages = maps.map((map) => map.permute(0, 3, 1, 2));
    for (const map of maps) map.dispose();
    return { stages, features };
  }

  /** The layers for learning rates by layer: the patches, and each block, with what halves the map before it. */
  layerNames(): readonly (readonly string[])[] {
    return this.#layers;
  }

  /** A state dict of the same network without what follows from the windows' sizes, where this one does not keep it. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const own = this.stateDict();
    return Object.fromEntries(
      Object.entries(state).filter(([key]) =>
        Object.hasOwn(own, key) || !/\.(relative_position_index|attn_mask)$/.test(key)
      ),
    );
  }
}

function layerNames(names: "torchvision" | "timm", depths: readonly number[]): string[][] {
  const timm = names === "timm";
  const blocks = depths.flatMap((depth, i) =>
    Array.from({ length: depth }, (_, at) => {
      const block = timm ? `layers.${i}.blocks.${at}` : `features.${2 * i + 1}.${at}`;
      const merging = timm ? `layers.${i}.downsample` : `features.${2 * i}`;
      return i > 0 && at === 0 ? [merging, block] : [block];
    })
  );
  return [[timm ? "patch_embed" : "features.0"], ...blocks];
}
