/**
 * What a model shows a teacher: features, and the map that they are pooled from.
 *
 * @module
 */

import { Backbone } from "../models/backbone.ts";
import type { Classifier } from "../nn/classifier.ts";
import { layOut } from "../nn/lay_out.ts";
import { Module } from "../nn/module.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { AskOptions, TeacherOutput } from "./teacher_options.ts";

/** How many channels the last map of a model has; null for a model without stages. */
export function patchDimOf(model: unknown): number | null {
  return model instanceof Backbone ? model.stageDims.at(-1) ?? null : null;
}

/** The features of images, and the last stage's map where patches are asked for, in one pass. */
export function seeModel(
  model: { features(images: Tensor): Tensor },
  images: Tensor,
  { patches = false }: AskOptions,
): TeacherOutput {
  const laid = model instanceof Module ? layOut(model, images) : images;
  if (!patches || !(model instanceof Backbone)) return { features: model.features(laid) };
  const { features, stages } = model.forwardStages(laid);
  return { features, patches: stages.at(-1) };
}

/** What {@linkcode seeModel} does, and the logits that the head makes of the features. */
export function seeClassifier(
  model: Classifier,
  images: Tensor,
  asked: AskOptions,
): TeacherOutput & { logits: Tensor } {
  const seen = seeModel(model, images, asked);
  return { ...seen, logits: model.head.forward(seen.features) };
}
