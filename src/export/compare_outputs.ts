/**
 * Whether what was written says what the model says.
 *
 * @module
 */

import { ApprenticeError } from "../base/errors.ts";
import type { Classifier } from "../nn/mod.ts";
import { evaluated } from "../nn/modes.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { ImageSize } from "./input_size.ts";
import { outputsOf } from "./outputs.ts";

/** What was written computes something else than the model; it was not kept. */
export class ExportError extends ApprenticeError {}

/** What is compared: a batch that nothing was traced with. */
const BATCH = 5;

/** How outputs are compared. */
export interface Comparison {
  /** What messages call the file. */
  readonly path: string;
  /** Whether features are among the outputs. */
  readonly features: boolean;
  /** The largest relative difference that rounding explains in most networks. */
  readonly allowed: number;
  /** The outputs of what was written. */
  run(images: Tensor): readonly Tensor[];
}

/**
 * How far the outputs of what was written are from the model's, relative to these, for random images.
 *
 * @throws {ExportError} if they are further apart than rounding explains.
 */
export function compareOutputs(model: Classifier, size: ImageSize, comparison: Comparison): number {
  return inEvaluation(model, () => {
    using generator = new torch.Generator(0);
    const images = torch.randn([BATCH, ...size], { generator });
    const right = outputsOf(model, images, comparison.features);
    const found = comparison.run(images);
    const worst = Math.max(...right.map((tensor, i) => relative(found[i], tensor)));
    const { allowed, path } = comparison;
    // Networks differ in how much they make of rounding; what doubles say of this one decides.
    if (worst <= allowed || worst <= 10 * rounding(model, images, right)) return worst;
    throw new ExportError(
      `What ${path} would compute differs from the model by ${
        worst.toExponential(1)
      } of it, which is more than ` +
        "rounding: it was not written. Please report the architecture.",
    );
  });
}

/** Runs `body` with a model in evaluation mode, and without gradients. */
export function inEvaluation<R>(model: Classifier, body: () => R): R {
  return evaluated(model, () => torch.scope(() => torch.noGrad(body)));
}

/** The norm of a difference by the norm of what is right. */
export function relative(found: Tensor, right: Tensor): number {
  const by = right.norm().item() as number;
  return (found.to(right.dtype).sub(right).norm().item() as number) / Math.max(by, 1e-12);
}

/** How far the model's own outputs are from what it computes in float64; it is float32 before and afterwards. */
export function rounding(model: Classifier, images: Tensor, right: readonly Tensor[]): number {
  try {
    model.to("float64");
    const exact = outputsOf(model, images.to("float64"), right.length > 1);
    return Math.max(...right.map((tensor, i) => relative(tensor.to("float64"), exact[i])));
  } finally {
    // Every float32 is a float64: the weights are as they were.
    model.to("float32");
  }
}
