/**
 * How sure a teacher is that an image shows one of its classes.
 *
 * @module
 */

import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { sumDType } from "./upcast.ts";

/** The ways to tell how sure a teacher is: see {@linkcode confidenceOf}. */
export const CONFIDENCES: readonly ["energy", "maxProbability"] = ["energy", "maxProbability"];

/** A way to tell how sure a teacher is: see {@linkcode confidenceOf}. */
export type Confidence = typeof CONFIDENCES[number];

/**
 * How sure a teacher is that images show one of its classes; larger is surer. `"energy"`: `log Σ_c exp z_c`, the negative
 * energy of Liu et al. (2020, arXiv 2010.03759) at their temperature of 1. `"maxProbability"`: `max_c softmax(z)_c`, of
 * Hendrycks & Gimpel (2017, arXiv 1610.02136). Both look at the logits as they are, whatever the temperature of a loss.
 *
 * @param logits The teacher's logits (B, K) at the classes that it knows.
 * @returns (B), in float32 or wider.
 */
export function confidenceOf(logits: Tensor, confidence: Confidence): Tensor {
  return scope(() => {
    const wide = logits.to(sumDType(logits.dtype));
    return confidence === "energy" ? wide.logsumexp(1) : wide.softmax(1).amax(1);
  });
}
