/**
 * Networks without norms.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { NfNetOptions } from "./nfnet_options.ts";
import { checkNfNet } from "./parts/check_nfnet.ts";
import { FcHead } from "./parts/classifier_head.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { NORM_FREE_ACTIVATIONS, scaledActivation } from "./parts/norm_free_activation.ts";
import { NormFreeBlock, normFreeConv, type NormFreeStyle } from "./parts/norm_free_block.ts";
import { NormFreeStem } from "./parts/norm_free_stem.ts";
import { chainGroups, Stage } from "./parts/stage.ts";

/** By how much branches are scaled (Brock et al. 2021a, section 4). */
const alpha = 0.2;

/**
 * Networks without norms: NFNet (Brock et al., High-performance large-scale image recognition without normalization, 2021b,
 * table 1), NF-RegNet and NF-ResNet (Brock et al., Characterizing signal propagation to close the performance gap in
 * unnormalized ResNets, 2021a). Parameters have timm's names. Its stages are at strides 4, 8, 16 and 32; the last is the
 * last convolution's map.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = models.create("nf_regnet_b0", { numClasses: 10 });
 * model.forward(torch.zeros([1, 3, 32, 32])).shape; // [1, 10]
 * ```
 */
export class NfNet extends Backbone {
  /** The convolutions before the first stage. */
  readonly stem: NormFreeStem;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** Channels of the stages' maps. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last map. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #style: NormFreeStyle;
  readonly #groups: readonly (readonly nn.Module[])[];
  readonly #head: FcHead;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: NfNetOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkNfNet(options);
    const { depths, lastDim, widthFactor = 1, regnet = false, deepMind = false } = options;
    const fit = (dim: number): number => makeDivisible(dim * widthFactor);
    const style: NormFreeStyle = {
      ratio: options.ratio,
      groupSize: options.groupSize,
      attention: options.attention,
      extraConv: options.extraConv ?? false,
      activation: NORM_FREE_ACTIVATIONS[options.activation],
      regnet,
      gammaInActivation: deepMind,
      same: deepMind,
      skipInit: deepMind,
      alpha,
    };
    this.#style = style;
    const dims = options.dims.map(fit);
    let before = fit(options.stemDim ?? options.dims[0]);
    const stem = new NormFreeStem(options.stem, inChannels, before, style);
    this.stem = this.registerModule("stem", stem);
    const rates = dropPathRates(dropPath, depths.reduce((a, b) => a + b));
    const stages = dims.map((dim, stage) => {
      const stride = stage === 0 && stem.reduction > 2 ? 1 : 2;
      // What comes in has variance 1 at first; after the first block, whose shortcut is a convolution, too.
      let variance = stage === 0 ? 1 : 1 + alpha ** 2 * depths[stage - 1];
      return new Stage(
        ...Array.from({ length: depths[stage] }, (_, i) => {
          const block = new NormFreeBlock(before, dim, style, {
            stride: i === 0 ? stride : 1,
            deviation: Math.sqrt(variance),
            ratio: regnet && stage === 0 && i === 0 ? 1 : undefined,
            dropPath: rates.shift()!,
          });
          variance = i === 0 ? 1 + alpha ** 2 : variance + alpha ** 2;
          before = dim;
          return block;
        }),
      );
    });
    this.stages = this.registerModule("stages", new nn.ModuleList(stages));
    this.featureDim = lastDim === undefined ? before : fit(lastDim);
    const last = lastDim === undefined ? [] : [
      this.registerModule("final_conv", normFreeConv(style, [before, this.featureDim, 1])),
    ];
    this.#groups = stages.map((stage, i) => [
      ...(i === 0 ? [stem] : []),
      stage,
      ...(i === stages.length - 1 ? last : []),
    ]);
    this.stageDims = dims.with(-1, this.featureDim);
    this.stageReductions = dims.map((_, i) => 4 * 2 ** i);
    this.numClasses = numClasses;
    this.#head = this.registerModule(
      "head",
      new FcHead(this.featureDim, numClasses, dropout),
    );
    initNormFree(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last after an activation. */
  override forwardStages(images: Tensor): StagedFeatures {
    const stages = chainGroups(this.#groups, images);
    const features = torch.scope(() =>
      globalAvgPool(scaledActivation(stages.at(-1)!, this.#style))
    );
    return { stages, features };
  }

  /** The last map after the last activation: (B, C, H, W) to (B, D, H / 32, W / 32). */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => scaledActivation(super.denseFeatures(images), this.#style));
  }
}

/** timm's initial weights: kernels from N(0, 1 / fan in), the classifier's from N(0, 0.01²). */
function initNormFree(model: NfNet): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) {
      nn.init.kaimingNormal_(module.weight, { nonlinearity: "linear" });
      if (module.bias !== null) nn.init.zeros_(module.bias);
    } else if (module instanceof nn.Linear) {
      nn.init.normal_(module.weight, 0, 0.01);
      nn.init.zeros_(module.bias!);
    }
  }
}
