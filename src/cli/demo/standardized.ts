/**
 * A teacher whose features have mean 0 and standard deviation 1.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Classifier } from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** A frozen model with standardized features. */
export class Standardized extends nn.Module {
  /** The model. */
  readonly model: Classifier;
  /** The width of its features. */
  readonly featureDim: number;
  /** The mean of its features (D). */
  readonly mean: Tensor;
  /** Their standard deviation (D). */
  readonly std: Tensor;

  /**
   * Takes over the model.
   *
   * @param features What it makes of many images, (N, D).
   */
  constructor(model: Classifier, features: Tensor) {
    super();
    this.model = model;
    this.featureDim = model.featureDim;
    using _ = torch.scope();
    const [variance, mean] = torch.noGrad(() => features.varMean(0));
    this.mean = this.registerBuffer("mean", mean);
    this.std = this.registerBuffer("std", torch.noGrad(() => variance.sqrt().clampMin(1e-4)));
  }

  /** (B, C, H, W) to (B, D). */
  features(images: Tensor): Tensor {
    return this.standardize(this.model.features(images));
  }

  /** The model's features as this gives them. */
  standardize(features: Tensor): Tensor {
    return torch.scope(() => features.sub(this.mean).div_(this.std));
  }

  /** The same as {@linkcode Standardized.features}. */
  override forward(images: Tensor): Tensor {
    return this.features(images);
  }
}
