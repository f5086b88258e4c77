/**
 * Swin Transformers of both versions.
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
import { checkBuildOptions, type CheckedOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { fitBiasTables } from "./parts/fit_bias_table.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import { checkHeads } from "./parts/self_attention.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
  transformerParameters,
} from "./parts/size_checks.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { Patches, PatchMerging, SwinBlock } from "./parts/swin_blocks.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

/** What makes one Swin another. */
export interface SwinOptions extends BuildOptions {
  /** Channels of the first stage; every other has twice as many as the one before. */
  readonly dim: number;
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Attention heads in each stage. */
  readonly heads: readonly number[];
  /** The side of a window, of all stages or of each; 7 by default. */
  readonly window?: number | readonly number[];
  /**
   * The side of the images in pixels: windows are then no larger than the maps, as timm has them. Without it they are the same
   * for all images.
   */
  readonly imageSize?: number;
  /** Height and width of a patch in pixels; 4 by default. */
  readonly patchSize?: number;
  /** The hidden width of a block's MLP over its own; 4 by default. */
  readonly mlpRatio?: number;
  /** The version: 1 by default; 2 has norms after the branches, and cosine attention. */
  readonly version?: 1 | 2;
  /** The side of the windows that weights of version 2 were first trained with, in each stage; the window's own by default. */
  readonly trainedWindows?: readonly number[];
  /** Whether a map that windows do not tile is padded before it is shifted, as torchvision does; false by default. */
  readonly padsFirst?: boolean;
}

type Shape = Required<Pick<SwinOptions, "dim" | "depths" | "heads" | "patchSize" | "mlpRatio">>;

/**
 * Swin Transformer (Liu et al., Swin transformer: hierarchical vision transformer using shifted windows, 2021), and its
 * version 2 (Liu et al., Swin transformer V2: scaling up capacity and resolution, 2022). Parameters have timm's names.
 * Images may have any size of at least a patch. Its stages are those of the first paper's figure 3a, as maps
 * (B, C, H, W), at strides 4, 8, 16 and 32.
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
  /** From images to patches. */
  readonly patchEmbed: Patches;
  /** The stages. */
  readonly layers: nn.ModuleList;
  /** The last norm. */
  readonly norm: nn.LayerNorm;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #head: NamedHead;
  readonly #depths: readonly number[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: SwinOptions) {
    super();
    const { dim, depths, heads, imageSize, patchSize = 4, mlpRatio = 4, version = 1 } = options;
    const checked = checkBuildOptions("Swin", options);
    const windows = windowsOf(options, checked, { dim, depths, heads, patchSize, mlpRatio });
    this.stageDims = depths.map((_, i) => dim * 2 ** i);
    this.stageReductions = depths.map((_, i) => patchSize * 2 ** i);
    this.featureDim = this.stageDims.at(-1)!;
    this.numClasses = checked.numClasses;
    this.#depths = [...depths];

    this.patchEmbed = this.registerModule(
      "patch_embed",
      new Patches(checked.inChannels, dim, patchSize),
    );
    const rates = dropPathRates(checked.dropPath, depths.reduce((a, b) => a + b));
    let side = imageSize === undefined ? Infinity : Math.floor(imageSize / patchSize);
    const stages = this.stageDims.map((width, i) => {
      if (i > 0) side = Math.ceil(side / 2);
      const own = {
        ...{ version, mlpRatio, heads: heads[i], window: Math.max(Math.min(windows[i], side), 1) },
        ...{ padsFirst: options.padsFirst ?? false, trainedWindow: options.trainedWindows?.[i] },
      };
      const blocks = rates.splice(0, depths[i]).map((dropPath, at) => {
        const shift = at % 2 === 0 || side <= windows[i] ? 0 : Math.floor(windows[i] / 2);
        return new SwinBlock(width, { ...own, shift, dropPath });
      });
      const merging = () => new PatchMerging(this.stageDims[i - 1], width, version);
      return new NamedChain({
        ...(i > 0 && { downsample: merging() }),
        blocks: new Stage(...blocks),
      });
    });
    this.layers = new nn.ModuleList(stages);
    this.norm = new nn.LayerNorm(this.featureDim);
    const { numClasses, dropout } = checked;
    this.#head = this.registerModule(
      "head",
      new NamedHead(classifierHead(this.featureDim, numClasses, dropout)),
    );
    initTruncNormal(this, [nn.Linear]);
    if (version === 2) closeBranches(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last after a norm. */
  override forwardStages(images: Tensor): StagedFeatures {
    const maps = this.#maps(images);
    const features = torch.scope(() => this.norm.forward(maps.at(-1)!).mean([1, 2]));
    const stages = maps.map((map) => map.permute(0, 3, 1, 2));
    for (const map of maps) map.dispose();
    return { stages, features };
  }

  /** The map of the last stage after the norm. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => this.norm.forward(this.#maps(images).at(-1)!).permute(0, 3, 1, 2));
  }

  /** The stages' maps, (B, H, W, C). */
  #maps(images: Tensor): Tensor[] {
    using patches = this.patchEmbed.forward(images);
    return chainGroups([...this.layers].map((stage) => [stage]), patches);
  }

  /** The layers for learning rates by layer: the patches, and each block, with what halves the map before it. */
  layerNames(): readonly (readonly string[])[] {
    const blocks = this.#depths.flatMap((depth, i) =>
      Array.from({ length: depth }, (_, at) => {
        const block = `layers.${i}.blocks.${at}`;
        return i > 0 && at === 0 ? [`layers.${i}.downsample`, block] : [block];
      })
    );
    return [["patch_embed"], ...blocks];
  }

  /**
   * A state dict of the same network fitted to this one: tables of relative positions are interpolated to this one's windows,
   * and what older files keep that follows from the windows' sizes is left out.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const computed = /\.(relative_position_index|relative_coords_table|attn_mask)$/;
    const kept = Object.entries(state).filter(([key]) => !computed.test(key));
    return fitBiasTables(Object.fromEntries(kept), this.stateDict());
  }
}

/** Version 2 starts as the identity: the norms after its branches begin at 0 (Liu et al. 2022, section 3.2). */
function closeBranches(model: nn.Module): void {
  for (const block of model.modules()) {
    if (!(block instanceof SwinBlock)) continue;
    for (const norm of [block.norm1, block.norm2]) nn.init.zeros_(norm.weight!);
  }
}

/** Checks the options, and returns the side of the windows of each stage. */
function windowsOf(options: SwinOptions, checked: CheckedOptions, shape: Shape): number[] {
  const { dim, depths, heads, patchSize, mlpRatio } = shape;
  const { window = 7, version = 1, trainedWindows } = options;
  if (version !== 1 && version !== 2) {
    throw new ArgumentError(`Swin: version is 1 or 2, got ${String(version)}.`);
  }
  checkCounts("Swin", { dim, patchSize });
  checkFactors("Swin", { mlpRatio });
  checkList("Swin", "depths", depths);
  checkList("Swin", "heads", heads, depths.length);
  if (typeof window === "number") checkCounts("Swin", { window });
  else checkList("Swin", "window", window, depths.length);
  if (trainedWindows) checkList("Swin", "trainedWindows", trainedWindows, depths.length);
  checkBlocks("Swin", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  const dims = depths.map((_, i) => dim * 2 ** i);
  checkCounts("Swin", { "dim of the last of the depths": dims.at(-1)! });
  dims.forEach((width, i) => {
    checkHeads(`Swin's stage ${i}`, width, heads[i]);
    checkCounts("Swin", { "dim times mlpRatio": Math.trunc(width * mlpRatio) });
  });
  const windows = depths.map((_, i) => typeof window === "number" ? window : window[i]);
  const tables = windows.reduce((sum, w, i) => sum + depths[i] * heads[i] * (2 * w - 1) ** 2, 0);
  checkParameterCount(
    "Swin",
    dims.reduce(
      (sum, width, i) =>
        sum + transformerParameters(depths[i], width, width * mlpRatio) + 8 * width * width,
      dim * checked.inChannels * patchSize ** 2 + (version === 1 ? tables : 0),
    ) + dims.at(-1)! * checked.numClasses,
    { dim, depths, heads, window, patchSize, mlpRatio, ...checked },
  );
  return windows;
}
