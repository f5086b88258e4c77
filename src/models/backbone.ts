/**
 * What every architecture of the registry gives beside its logits.
 *
 * @module
 */

import { Classifier } from "../nn/mod.ts";
import { scope, type Tensor } from "../torch/mod.ts";

/** What a backbone computes on the way to its logits. */
export interface StagedFeatures {
  /**
   * The map that each stage ends with, (B, {@linkcode Backbone.stageDims}[i], H_i, W_i): of a transformer
   * without stages the patch tokens after a quarter, a half, three quarters and all of its blocks.
   */
  readonly stages: Tensor[];
  /** The pooled features that the head is given, (B, featureDim). */
  readonly features: Tensor;
}

/**
 * A classifier of a published architecture: its stages can be seen too, which distillation from
 * intermediate layers needs. Parameters have the names of the architecture's publisher.
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
