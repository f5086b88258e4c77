/**
 * What can be told from features by a linear classifier on top of them.
 *
 * @module
 */

import { selectionOrder } from "../data/shuffle.ts";
import { ArgumentError } from "../base/errors.ts";
import { skipped } from "../nn/init.ts";
import { Linear } from "../nn/layers/linear.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { AccuracyCounter } from "./accuracy.ts";
import type { Accuracy } from "./accuracy_types.ts";
import type { LabelledFeatures } from "./labelled_features.ts";
import { checkFeatures, checkLabels } from "./check_features.ts";
import { type LinearWeights, LogisticRegression, type Samples } from "./logistic_regression.ts";

/** How {@linkcode linearProbe} trains its classifier. */
export interface LinearProbeOptions {
  /**
   * λ of the penalty λ/2 ||W||² beside the mean cross-entropy. One of several: each is tried with a part of the
   * images held out, that with the highest accuracy on these is taken (the larger one of equals), and the classifier
   * is then trained on all images. 10, 1, 0.1, 0.01, 0.001 and 0.0001 by default.
   */
  l2?: number | readonly number[];
  /** Whether features are brought to mean 0 and standard deviation 1 first, each by itself; true by default. */
  standardize?: boolean;
  /** The part of the images that is held out to choose `l2` by, evenly from all classes; 0.2 by default. */
  heldOut?: number;
  /** Decides which ones are held out; 0 by default. */
  seed?: number;
  /** The number of classes; those that occur, if absent. */
  numClasses?: number;
}

/** A value of `l2` that was tried. */
export interface LinearProbeTrial {
  /** The value. */
  readonly l2: number;
  /** The accuracy on the images held out, from 0 to 1. */
  readonly accuracy: number;
}

/** A trained linear classifier. Make one with {@linkcode linearProbe}. */
export class LinearProbe implements Disposable {
  /** From features as they were given (B, D) to logits (B, C); the standardization is in its weights. */
  readonly classifier: Linear;
  /** The penalty that it was trained with. */
  readonly l2: number;
  /** What was tried to choose it; empty if it was given. */
  readonly trials: readonly LinearProbeTrial[];

  /** Use {@linkcode linearProbe}. @ignore */
  constructor(classifier: Linear, l2: number, trials: readonly LinearProbeTrial[]) {
    this.classifier = classifier;
    this.l2 = l2;
    this.trials = trials;
  }

  /** The logits (B, C) of features (B, D), on any device and of any floating-point dtype. */
  forward(features: Tensor): Tensor {
    return torch.noGrad(() =>
      torch.scope(() => this.classifier.forward(checkFeatures(features, this.classifier.weight)))
    );
  }

  /** How often it is right about features that it was not trained on. */
  accuracy({ features, labels }: LabelledFeatures): Accuracy {
    return torch.scope(() => {
      const counter = new AccuracyCounter(this.classifier.outFeatures);
      counter.add(this.forward(features), labels);
      return counter.result();
    });
  }

  /** Frees the classifier. */
  dispose(): void {
    this.classifier.dispose();
  }

  /** Same as {@linkcode LinearProbe.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

const L2 = [10, 1, 1e-1, 1e-2, 1e-3, 1e-4];

/**
 * Trains a linear classifier (multinomial logistic regression) on frozen features: the weights that make
 *
 *     mean cross-entropy(W x + b) + λ/2 ||W||²
 *
 * smallest, x being the standardized features. There is one such point, it is found from zero without random numbers,
 * and there is no learning rate to choose.
 *
 * Alain and Bengio, Understanding intermediate layers using linear classifier probes, 2016; Kornblith et al., Do
 * better ImageNet models transfer better?, 2019, section 3.
 *
 * @param known Features of training images (N, D), and their classes.
 * @throws {ArgumentError} if an option cannot be used, features are not finite, or there are too few to hold some out.
 * @throws {ShapeError} if there is not one label for each row.
 * @throws {DTypeError} if features are not floating-point, or labels not whole numbers.
 * @throws {IndexError} if a label is not one of the classes.
 *
 * @example
 * ```ts
 * import { evaluation, torch } from "@apprentice/distill";
 *
 * const known = {
 *   features: torch.tensor([[0, 5], [1, 6], [4, 5], [5, 6]]),
 *   labels: torch.tensor([0, 0, 1, 1], { dtype: "int64" }),
 * };
 * using probe = evaluation.linearProbe(known, { l2: 0.01 });
 * probe.accuracy(known).overall; // 1
 * ```
 */
export function linearProbe(
  known: LabelledFeatures,
  options: LinearProbeOptions = {},
): LinearProbe {
  const { l2 = L2, standardize = true, heldOut = 0.2, seed = 0 } = options;
  const candidates = typeof l2 === "number" ? [l2] : [...l2].sort((a, b) => b - a);
  checkOptions(candidates, heldOut);
  return torch.noGrad(() =>
    torch.scope(() => {
      const features = checkFeatures(known.features);
      const { classes, numClasses } = checkLabels(known.labels, features, options.numClasses);
      const samples: Samples = { features, classes, numClasses };
      const made = (weights: LinearWeights, l2: number, trials: LinearProbeTrial[]) =>
        new LinearProbe(asLinear(weights, features), l2, trials);
      const all = new LogisticRegression(samples, standardize);
      if (candidates.length === 1) return made(all.solve(candidates[0]), candidates[0], []);

      const [shown, held] = divide(samples, heldOut, seed);
      const part = new LogisticRegression(shown, standardize);
      const trials: LinearProbeTrial[] = [];
      let best: { l2: number; accuracy: number; weights: LinearWeights } | undefined;
      let weights: LinearWeights | undefined;
      for (const l2 of candidates) {
        // From the largest to the smallest, each beginning where the one before ended.
        weights = part.solve(l2, weights);
        using probe = made(weights, l2, []);
        const accuracy = probe.accuracy({ features: held.features, labels: held.classes }).overall;
        trials.push({ l2, accuracy });
        if (best === undefined || accuracy > best.accuracy) best = { l2, accuracy, weights };
      }
      return made(all.solve(best!.l2, best!.weights), best!.l2, trials);
    })
  );
}

/** The classifier as a layer. */
function asLinear({ weight, bias }: LinearWeights, like: Tensor): Linear {
  const [numClasses, width] = weight.shape;
  // No initial values are drawn, so that nobody's random numbers change.
  const linear = skipped(() => new Linear(width, numClasses));
  linear.to({ dtype: like.dtype, device: like.device });
  linear.weight.copy_(weight);
  linear.bias!.copy_(bias);
  return linear;
}

/** Two parts, of which the second has the part `heldOut` of each class, or as near as whole images come. */
function divide(samples: Samples, heldOut: number, seed: number): [shown: Samples, held: Samples] {
  const { features, classes } = samples;
  const labels = classes.data();
  // Sorting keeps the random order within each class.
  const order = [...selectionOrder(labels.length, seed)]
    .sort((a, b) => Number(labels[a]) - Number(labels[b]));
  const isHeld = (_: number, i: number): boolean =>
    Math.floor((i + 1) * heldOut) > Math.floor(i * heldOut);
  const held = order.filter(isHeld);
  const shown = order.filter((place, i) => !isHeld(place, i));
  if (held.length === 0 || shown.length === 0) {
    throw new ArgumentError(
      `Of ${labels.length} images none can be held out to choose l2 by (heldOut ${heldOut}); give one l2.`,
    );
  }
  const part = (places: number[]): Samples => {
    const rows = torch.tensor(places, { dtype: "int64" }).to(features.device);
    return {
      ...samples,
      features: features.indexSelect(0, rows),
      classes: classes.indexSelect(0, rows),
    };
  };
  return [part(shown), part(held)];
}

function checkOptions(candidates: readonly number[], heldOut: number): void {
  const bad = candidates.find((l2) => !(l2 >= 0 && Number.isFinite(l2)));
  if (candidates.length === 0 || bad !== undefined) {
    throw new ArgumentError(
      `l2 is a number of at least 0, or several of which one is chosen; got ${bad ?? "none"}.`,
    );
  }
  if (!(heldOut > 0 && heldOut < 1)) {
    throw new ArgumentError(
      `heldOut is a part of the images, above 0 and below 1; got ${heldOut}.`,
    );
  }
}
