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

  /** Images (B, C, H, W) to the maps of all stages and the features. */
  abstract forwardStages(images: Tensor): StagedFeatures;

  /** The features of images (B, C, H, W) before the head: (B, featureDim). */
  override features(images: Tensor): Tensor {
    return scope(() => this.forwardStages(images).features);
  }
}
