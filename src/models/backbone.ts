/**
 * What models with stages give beside their logits.
 *
 * @module
 */

import { Classifier } from "../nn/mod.ts";
import { scope, type Tensor } from "../torch/mod.ts";

/** What a backbone computes on the way to its logits. */
export interface StagedFeatures {
  /**
   * The map that each stage ends with, (B, {@linkcode Backbone.stageDims}[i], H_i, W_i): of a transformer or mixer
   * without stages the patch tokens after a quarter, a half, three quarters and all of its blocks; of one of fewer than
   * four blocks, after each.
   */
  readonly stages: Tensor[];
  /** The pooled features that the head is given, (B, featureDim). */
  readonly features: Tensor;
}

/**
 * A classifier whose stages can be seen too, which distillation from intermediate layers needs: all architectures of
 * the registry, and the small ones but for the `Mlp`. A model of your own becomes one by extending this class.
 */
export abstract class Backbone extends Classifier {
  /** The number of channels of each map in {@linkcode StagedFeatures.stages}. */
  abstract readonly stageDims: readonly number[];

  /**
   * Pixels of the image between neighbours of each map in {@linkcode StagedFeatures.stages}, as `reduction` in timm's
   * `feature_info`: 4, 8, 16 and 32 for most; the side of a patch for networks without stages.
   */
  abstract readonly stageReductions: readonly number[];

  /** Images (B, C, H, W) to the maps of all stages and the features. */
  abstract forwardStages(images: Tensor): StagedFeatures;

  /** The features of images (B, C, H, W) before the head: (B, featureDim). */
  override features(images: Tensor): Tensor {
    return scope(() => this.forwardStages(images).features);
  }

  /**
   * The dense features of images (B, C, H, W): a map (B, D, rows, columns) of what is pooled to the features, as timm's
   * `forward_features` has it, without class token and registers.
   */
  denseFeatures(images: Tensor): Tensor {
    return scope(() => this.forwardStages(images).stages.at(-1)!);
  }
}
