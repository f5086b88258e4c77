/**
 * How good a model's features are while it is trained.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Dataset, LabelledBatch } from "../data/mod.ts";
import type { InferenceOptions, LabelledBatches } from "./inference_options.ts";
import { featuresOf } from "./features_of.ts";
import { knnAccuracy, type KnnOptions } from "./knn.ts";
import { linearProbe, type LinearProbeOptions } from "./linear_probe.ts";
import type { Tensor } from "../torch/mod.ts";
import type { Scorer } from "./scorer.ts";

/** Options of {@linkcode featureQuality}. */
export interface FeatureQualityOptions extends InferenceOptions {
  /** Labelled images that are known, such as some training images without augmentation. */
  known: Dataset<LabelledBatch> | LabelledBatches;
  /** Labelled images that are asked for. */
  test: Dataset<LabelledBatch> | LabelledBatches;
  /** Whether the nearest neighbors are asked, and how; true by default, with 20 neighbors or all that there are. */
  knn?: boolean | KnnOptions;
  /** Whether a linear classifier is trained, and how; false by default. `{ l2: 0.01 }` is faster than a choice of several. */
  probe?: boolean | LinearProbeOptions;
}

/** What {@linkcode featureQuality} found: accuracies from 0 to 1, ready to be recorded. */
export type FeatureQuality = {
  /** The accuracy of the nearest neighbors. */
  knn?: number;
  /** The accuracy of the linear classifier. */
  probe?: number;
};

/**
 * Says how good a model's features are: the accuracy of the nearest neighbors among known images, or of a linear
 * classifier, on others. To be asked every few epochs, because a distillation loss tells nobody how far a student is. The
 * model is left as it was, and so are random numbers.
 *
 * @throws {ArgumentError} if nothing is asked for, there are no images, or features are not finite.
 *
 * @example
 * ```ts
 * import { data, evaluation, models } from "@apprentice/distill";
 *
 * using images = await data.mnist("test");
 * using student = new models.SmallCnn({ numClasses: 10 });
 * const found = await evaluation.featureQuality(student, {
 *   known: images.balancedSubset(20),
 *   test: images.take(200),
 *   probe: { l2: 0.01 },
 * });
 * console.log(found.knn, found.probe);
 * ```
 */
export async function featureQuality(
  model: Scorer,
  options: FeatureQualityOptions,
): Promise<FeatureQuality> {
  const { known: knownImages, test: testImages, knn = true, probe = false, ...inference } = options;
  if (!knn && !probe) {
    throw new ArgumentError("featureQuality: knn and probe are both false; leave one on.");
  }
  using known = await featuresOf(model, knownImages, inference);
  using test = await featuresOf(model, testImages, inference);
  const found: FeatureQuality = {};
  if (knn) {
    const { k = Math.min(20, known.features.size(0)), ...rest } = knn === true ? {} : knn;
    found.knn = knnAccuracy(known, test, { ...rest, k }).overall;
  }
  if (probe) {
    // A class that only one of the two has is one all the same.
    const most = Math.max(...[known, test].map(({ labels }) => largest(labels)));
    using classifier = linearProbe(known, {
      numClasses: most + 1,
      ...(probe === true ? {} : probe),
    });
    found.probe = classifier.accuracy(test).overall;
  }
  return found;
}

function largest(labels: Tensor): number {
  using most = labels.max();
  return Number(most.item());
}
