/**
 * Looking at models without changing them.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { Classifier, Module } from "../nn/mod.ts";
import { rememberModes } from "../nn/modes.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import type { Scorer } from "./scorer.ts";

/** Runs `work` with a model in evaluation mode; every part of it is in the mode that it was in afterwards. */
export async function inEvaluation<T>(model: Scorer, work: () => Promise<T>): Promise<T> {
  if (!(model instanceof Module)) return await work();
  const restore = rememberModes(model.modules());
  model.eval();
  try {
    return await work();
  } finally {
    restore();
  }
}

/** The device that a model lies on; the CPU for functions. */
export function deviceOf(model: Scorer): Device {
  if (!(model instanceof Module)) return "cpu";
  return model.parameters()[0]?.device ?? "cpu";
}

/**
 * The scores of a batch on a device, in the model's dtype and inference mode; belongs to the scope around it.
 *
 * @throws {ArgumentError} if the model gives features only.
 */
export function scoresOf(model: Scorer, images: Tensor, device: Device): Tensor {
  if (model instanceof Classifier && model.numClasses === 0) {
    throw new ArgumentError(
      "This model has no classes, only features. Train a head on labelled images, or ask what is in its features: " +
        "evaluation.featureQuality, or evaluate with --known and --images, two folders of labelled images.",
    );
  }
  return inferred(model, images, device, (module, x) => module.forward(x));
}

/** The features of a batch, computed as its scores are; the output of a model that tells no features apart. */
export function featuresFrom(model: Scorer, images: Tensor, device: Device): Tensor {
  return inferred(
    model,
    images,
    device,
    (module, x) => module instanceof Classifier ? module.features(x) : module.forward(x),
  );
}

function inferred(
  model: Scorer,
  images: Tensor,
  device: Device,
  compute: (model: Module, images: Tensor) => Tensor,
): Tensor {
  return torch.inferenceMode(() =>
    torch.scope(() => {
      if (!(model instanceof Module)) return model(images.to(device));
      const dtype = model.parameters()[0]?.dtype ?? images.dtype;
      return compute(model, images.to({ device, dtype }));
    })
  );
}
