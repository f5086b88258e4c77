/**
 * What a teacher needs, from an ONNX model.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { ForeignClassifier, ForeignModel } from "./foreign_model.ts";
import type { OnnxModel } from "./onnx.ts";

/**
 * The features of an ONNX model, for a descriptive teacher:
 * `descriptive({ name, ...featuresOfOnnx(model) })`.
 *
 * @param open An open model, or a function that gives it whenever it is needed.
 */
export function featuresOfOnnx(open: OnnxModel | (() => OnnxModel)): ForeignModel {
  const get = typeof open === "function" ? open : () => open;
  const model = get();
  return {
    features: (images) => get().run(images).features,
    featureDim: model.featureDim,
    facts: { places: model.places, weightFiles: model.weightFiles },
  };
}

/**
 * The features and logits of an ONNX model, for a predictive teacher: `predictive({ name, ...classifierOfOnnx(model) })`.
 *
 * @param model An open model, or a function that gives it whenever it is needed.
 * @throws {ArgumentError} if the model was opened without logits.
 */
export function classifierOfOnnx(model: OnnxModel | (() => OnnxModel)): ForeignClassifier {
  const get = typeof model === "function" ? model : () => model;
  const { path, numClasses } = get();
  if (numClasses === undefined) {
    throw new ArgumentError(
      `${path} was opened without logits; a predictive teacher needs them: openOnnx(path, { logits: true }).`,
    );
  }
  return {
    ...featuresOfOnnx(get),
    run: (images) => get().run(images) as { features: Tensor; logits: Tensor },
    numClasses,
  };
}
