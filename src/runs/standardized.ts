/**
 * A teacher whose features have mean 0 and standard deviation 1.
 *
 * @module
 */

import { letSignalsIn } from "../base/interrupt.ts";
import type { Loader } from "../data/loader.ts";
import type { Batch } from "../data/batch.ts";
import * as nn from "../nn/mod.ts";
import type { Classifier } from "../nn/mod.ts";
import { descriptive } from "../teachers/descriptive.ts";
import type { Teacher } from "../teachers/teacher.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** A frozen model with standardized features. */
export class Standardized extends nn.Module {
  /** The model. */
  readonly model: Classifier;
  /** The width of its features. */
  readonly featureDim: number;
  /** The mean of its features (D). */
  readonly mean: Tensor;
  /** The standard deviation of the features (D). */
  readonly std: Tensor;

  /**
   * Takes over the model.
   *
   * @param mean The mean of its features (D).
   * @param std Their standard deviation (D); 1e-4 at least.
   */
  constructor(model: Classifier, mean: Tensor, std: Tensor) {
    super();
    this.model = model;
    this.featureDim = model.featureDim;
    using _ = torch.scope();
    this.mean = this.registerBuffer("mean", mean.clone());
    this.std = this.registerBuffer("std", torch.noGrad(() => std.clampMin(1e-4)));
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

/**
 * A teacher that gives the features of another one standardized over some images.
 *
 * @param teacher One of a model; it is taken over.
 * @param images What the mean and the deviation are taken over.
 */
export async function standardizedTeacher<B extends Batch>(
  teacher: Teacher,
  images: Loader<B>,
): Promise<Teacher> {
  const { name, view, facts, featureDim, model } = teacher;
  // Sums in float64 lose nothing that float32 features have.
  using sum = torch.zeros([featureDim], { dtype: "float64" });
  using squares = torch.zeros([featureDim], { dtype: "float64" });
  let count = 0;
  for await (using batch of images.epoch(0)) {
    torch.scope(() => {
      const features = teacher.see(batch.view(view)).features.to({
        device: "cpu",
        dtype: "float64",
      });
      sum.add_(features.sum(0));
      squares.add_(features.mul(features).sum(0));
      count += features.size(0);
    });
    await letSignalsIn();
  }
  const standardized = torch.scope(() => {
    const mean = sum.div(count);
    const variance = squares.sub(mean.mul(sum)).div(Math.max(1, count - 1)).clampMin(0);
    const { device } = model!.parameters()[0];
    const as = { device, dtype: "float32" } as const;
    return new Standardized(model as Classifier, mean.to(as), variance.sqrt().to(as));
  });
  return descriptive({ name, model: standardized, view: view ?? undefined, facts });
}
