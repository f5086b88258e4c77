/**
 * ConvNeXt and ConvNeXt V2.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { ConvNeXtOptions } from "./convnext_options.ts";
import { mapNorm, tokenNorm } from "./parts/channel_norms.ts";
import { checkConvNeXt } from "./parts/check_convnext.ts";
import { ConvNeXtBlock } from "./parts/convnext_block.ts";
import { convnextStem } from "./parts/convnext_stem.ts";
import { downsampledLayers, DownsampledStage } from "./parts/downsampled_stage.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { NormMlpHead } from "./parts/norm_mlp_head.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

/**
 * ConvNeXt (Liu et al., A ConvNet for the 2020s, 2022, table 9) and ConvNeXt V2 (Woo et al., ConvNeXt V2: Co-designing
 * and scaling ConvNets with masked autoencoders, 2023), with timm's variants. Parameters have timm's names. Its maps lie in
 * memory with channels last. Its stages are at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.ConvNeXt({ numClasses: 10, depths: [1, 1], dims: [16, 32] });
 * const { stages } = model.forwardStages(torch.zeros([2, 3, 32, 32]));
 * stages.map((map) => map.shape); // [2, 16, 8, 8], [2, 32, 4, 4]
 * ```
 */
export class ConvNeXt extends Backbone {
  /** The patches or the convolutions before the first stage. */
  readonly stem: Stage;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage, or the width of the hidden layer. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #normPre?: nn.Module;
  readonly #head: NormMlpHead;
  readonly #depths: readonly number[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: ConvNeXtOptions) {
    super();
    const checked = checkConvNeXt(options);
    const { depths, dims, patchSize = 4, norm = "layer", eps = 1e-6, headHidden } = options;
    const { layerScale = 1e-6, asConvolutions, responseNorm, normFirst = false } = options;
    const rates = dropPathRates(checked.dropPath, depths.reduce((a, b) => a + b));
    const shared = { norm, eps, layerScale, asConvolutions, responseNorm };
    const stem = convnextStem(options, checked.inChannels, mapNorm(norm, dims[0], eps));
    this.stem = this.registerModule("stem", stem);
    const stages = dims.map((dim, i) => {
      const halving = i === 0 ? undefined : new Stage(
        mapNorm(norm, dims[i - 1], eps),
        new nn.Conv2d(dims[i - 1], dim, 2, { stride: 2 }),
      );
      const own = rates.splice(0, depths[i]);
      return new DownsampledStage(
        halving,
        own.map((dropPath) => new ConvNeXtBlock(dim, { ...shared, dropPath })),
      );
    });
    this.stages = this.registerModule("stages", new nn.ModuleList(stages));
    this.#depths = [...depths];
    this.stageDims = [...dims];
    this.stageReductions = dims.map((_, i) => patchSize * 2 ** i);
    const last = dims.at(-1)!;
    this.featureDim = headHidden ?? last;
    this.numClasses = checked.numClasses;
    if (normFirst) this.#normPre = this.registerModule("norm_pre", mapNorm(norm, last, eps));
    const normed = normFirst ? undefined : tokenNorm(norm, last, eps);
    const head = new NormMlpHead(last, { ...checked, norm: normed, hidden: headHidden });
    this.#head = this.registerModule("head", head);
    initTruncNormal(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the normed mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    const [first, ...others] = [...this.stages];
    const stages = chainGroups([[this.stem, first], ...others.map((stage) => [stage])], images);
    const features = torch.scope(() => {
      const map = stages.at(-1)!;
      return this.#head.features(this.#normPre?.forward(map) ?? map);
    });
    return { stages, features };
  }

  /** The last map, normed where that is done before pooling: (B, C, H, W) to (B, D, H / 32, W / 32). */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const map = super.denseFeatures(images);
      return this.#normPre?.forward(map) ?? map;
    });
  }

  /** The layers for learning rates by layer: the stem, and each block, with what halves the map before it. */
  layerNames(): readonly (readonly string[])[] {
    return downsampledLayers(this.#depths);
  }

  /** A state dict of the same network, with the weights of MLPs as linear layers or as 1x1 convolutions have them. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const own = this.stateDict();
    return Object.fromEntries(
      Object.entries(state).map(([key, tensor]) => {
        const shape = /\.mlp\.fc[12]\.weight$/.test(key) ? own[key]?.shape : undefined;
        const fits = shape !== undefined && shape.length !== tensor.ndim &&
          tensor.numel === shape[0] * shape[1];
        return [key, fits ? tensor.reshape(...shape) : tensor];
      }),
    );
  }
}
