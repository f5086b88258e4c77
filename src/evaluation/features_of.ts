/**
 * The features that a model gives the images of a data set.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import type { Dataset, LabelledBatch, View } from "../data/mod.ts";
import * as torch from "../torch/mod.ts";
import { type Device, Tensor } from "../torch/mod.ts";
import { withoutTrace } from "../torch/random_states.ts";
import { eachBatch } from "./each_batch.ts";
import { shownBatches, unlabelled } from "./shown_batches.ts";
import type { InferenceOptions, LabelledBatches } from "./inference_options.ts";
import type { LabelledFeatures } from "./labelled_features.ts";
import { deviceOf, featuresFrom, inEvaluation } from "./model_mode.ts";
import type { Scorer } from "./scorer.ts";

/** Features on the CPU, which are freed together. */
export interface FeaturesOf extends LabelledFeatures, Disposable {}

/**
 * The features of all images of a labelled data set, with their labels: what {@linkcode knnAccuracy} and
 * {@linkcode linearProbe} take. Images are looked at batch by batch, in evaluation mode and without recording gradients;
 * afterwards every part of the model is in the mode that it was in, and random numbers go on as if nothing had happened.
 *
 * @param model A classifier, whose `features` are taken; another module or a function from images to features, whose
 * output is.
 * @param images A data set, or a loader.
 * @returns Features (N, D), float32 or float64, and labels (N), int64, on the CPU. They live until `dispose()`.
 * @throws {ArgumentError} if there are no images, or they have no labels.
 * @throws {ShapeError} if the model does not give (B, D).
 * @throws {DistributedError} if another process could not look at its part, or is gone.
 *
 * @example
 * ```ts
 * import { data, evaluation, models } from "@apprentice/distill";
 *
 * using images = await data.mnist("test");
 * using model = new models.SmallCnn({ numClasses: 10 });
 * using known = await evaluation.featuresOf(model, images.balancedSubset(20));
 * using test = await evaluation.featuresOf(model, images.take(200));
 * evaluation.knnAccuracy(known, test, { k: 5 }).overall;
 * ```
 */
export async function featuresOf(
  model: Scorer,
  images: Dataset<LabelledBatch> | LabelledBatches,
  options: InferenceOptions = {},
): Promise<FeaturesOf> {
  const { batches, view } = shownBatches("featuresOf", model, images, options);
  const device = options.device ?? deviceOf(model);
  const parts: { features: Tensor; labels: Tensor }[] = [];
  const take = (seen: readonly Tensor[]): number => {
    const [features, labels] = seen.map((tensor) => torch.keep(tensor));
    parts.push({ features, labels });
    return labels.size(0);
  };
  const { onProgress, signal, shared } = options;
  const looked = {
    what: "featuresOf",
    device,
    see: (batch: LabelledBatch) => featuresOfBatch(model, batch, view, device),
    take,
    onProgress,
    signal,
  };
  const gather = () => eachBatch(batches, looked, shared);
  try {
    const devices: Device[] = device === "cpu" ? ["cpu"] : ["cpu", device];
    await withoutTrace(devices, () => inEvaluation(model, gather));
    if (parts.length === 0) {
      throw new ArgumentError("featuresOf: there are no images to take features of.");
    }
    const [features, labels] = torch.noGrad(() => [
      torch.keep(torch.cat(parts.map((part) => part.features))),
      torch.keep(torch.cat(parts.map((part) => part.labels))),
    ]);
    return {
      features,
      labels,
      [Symbol.dispose]: () => [features, labels].forEach((one) => one.dispose()),
    };
  } finally {
    for (const { features, labels } of parts) [features, labels].forEach((one) => one.dispose());
  }
}

/** The features of a batch, and its labels, on the CPU. */
function featuresOfBatch(
  model: Scorer,
  batch: LabelledBatch,
  view: View | null,
  device: Device,
): Tensor[] {
  if (!(batch.labels instanceof Tensor)) throw unlabelled("featuresOf", "");
  const given = featuresFrom(model, batch.view(view), device);
  const [rows, width] = given.shape;
  if (given.ndim !== 2 || rows !== batch.labels.size(0) || width === 0) {
    throw new ShapeError(
      `The model's features for ${batch.labels.size(0)} images have the shape [${
        given.shape.join(", ")
      }]; (B, D) is needed. Give a function that pools them.`,
    );
  }
  // Copies: a batch's own tensors go with it.
  return torch.noGrad(() => [
    given.to(given.dtype === "float64" ? "float64" : "float32").cpu().clone(),
    batch.labels.long().cpu().clone(),
  ]);
}
