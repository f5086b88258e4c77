/**
 * Swin Transformers of both versions.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { NamesLayers } from "../optim/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { fitBiasTables } from "./parts/fit_bias_table.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { windowsOf } from "./parts/swin_checks.ts";
import { Patches, PatchMerging, SwinBlock } from "./parts/swin_blocks.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import type { SwinOptions } from "./swin_options.ts";

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
