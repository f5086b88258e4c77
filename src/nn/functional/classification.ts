/**
 * Losses of classification: cross entropy and its relatives.
 *
 * @module
 */

import { ArgumentError, IndexError, ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkInteger, checkNumber } from "../options.ts";
import { asClasses, checkIndicesOnDevice, checkProbabilities, findBadIndex } from "./classes.ts";
import { checkNotEmpty, checkTarget, reductionCode, sameShape, shapeText } from "./shapes.ts";
import type { Reduction } from "./reduction.ts";

/** Options of {@linkcode nllLoss}. */
export interface NllLossOptions {
  /** A weight for every class, (C). */
  weight?: Tensor | null;
  /** A label that is passed over; -100 by default. */
  ignoreIndex?: number;
  /** How the losses of the rows are put together; the (weighted) mean by default. */
  reduction?: Reduction;
  /**
   * Whether labels on a GPU are checked before they are used there, for which the GPU has to be waited
   * for; true by default. A label out of range that gets through ends the use of the GPU. On the CPU
   * the check costs nothing and is always made.
   */
  checkClasses?: boolean;
}

/** Options of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** How much of the target is spread evenly over all classes, 0 to 1; 0 by default. */
  labelSmoothing?: number;
}

/** Checks logits (B, C, …) against labels (B, …) and weights (C), and returns C. */
function checkLogits(
  loss: string,
  shape: readonly number[],
  classes: readonly number[],
  options: NllLossOptions,
): number {
  if (shape.length === 0) throw new ShapeError(`${loss}: the logits must be (B, C), got [].`);
  const count = shape.length === 1 ? shape[0] : shape[1];
  const want = shape.length === 1 ? [] : [shape[0], ...shape.slice(2)];
  if (!sameShape(want, classes)) {
    throw new ShapeError(
      `${loss}: logits of shape ${shapeText(shape)} need labels of shape ${shapeText(want)}, ` +
        `got ${shapeText(classes)}.` +
        (sameShape(shape, classes)
          ? " One-hot labels or probabilities must be of the logits' float dtype."
          : ""),
    );
  }
  checkNotEmpty(loss, shape, options.reduction);
  checkWeights(loss, count, options.weight);
  return count;
}

/** Checks that there is one weight for every class, if there are weights. */
function checkWeights(loss: string, count: number, weight: Tensor | null | undefined): void {
  if (!weight) return;
  const shape = weight.shape;
  if (!sameShape(shape, [count])) {
    throw new ShapeError(
      `${loss}: ${count} classes need a weight of shape [${count}], got ${shapeText(shape)}.`,
    );
  }
}

/** The label that is passed over. */
function ignoredLabel(loss: string, options: NllLossOptions): number {
  const ignored = options.ignoreIndex ?? -100;
  checkInteger(loss, "ignoreIndex", ignored);
  return ignored;
}

/** Runs a loss on labels, which are checked: beforehand on a GPU, by libtorch itself on the CPU. */
function withClasses(
  loss: string,
  logits: Tensor,
  labels: Tensor,
  options: NllLossOptions,
  run: (classes: Tensor) => Tensor,
): Tensor {
  const count = checkLogits(loss, logits.shape, labels.shape, options);
  const ignored = ignoredLabel(loss, options);
  const classes = asClasses(labels);
  try {
    if ((options.checkClasses ?? true) && classes.device !== "cpu") {
      checkIndicesOnDevice("The class", "classes", classes, count, ignored);
    }
    return run(classes);
  } catch (error) {
    if (error instanceof IndexError && classes.device === "cpu") {
      findBadIndex("The class", "classes", classes, count, ignored);
    }
    throw error;
  } finally {
    if (classes !== labels) classes.dispose();
  }
}

/**
 * Cross entropy: the mean of -log softmax(logits) at the true class.
 *
 * Shapes: logits (B, C) and classes (B) of any integer dtype (floats are taken if all are whole
 * numbers); or logits and probabilities (B, C). Further dimensions, (B, C, H, W) and (B, H, W), as in
 * PyTorch.
 *
 * @throws {ShapeError} if the shapes do not fit, or the batch is empty.
 * @throws {IndexError} if a class is out of range; names it, its row and the number of classes.
 * @throws {DTypeError} if a label is NaN or not a whole number; names it and its row.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const logits = torch.tensor([[2, 0, 0], [0, 0, 3]]);
 * const classes = torch.tensor([0, 2], { dtype: "int64" });
 * nn.functional.crossEntropy(logits, classes, { labelSmoothing: 0.1 }).item();
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  classes: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const reduction = reductionCode(options.reduction);
  const smoothing = options.labelSmoothing ?? 0;
  checkNumber("crossEntropy", "labelSmoothing", smoothing, 0, 1);
  const ignored = ignoredLabel("crossEntropy", options);
  const run = (target: Tensor): Tensor =>
    torch.crossEntropyLoss(logits, target, options.weight, reduction, ignored, smoothing);
  const shape = logits.shape;
  if (torch.isFloatingPoint(classes.dtype) && sameShape(shape, classes.shape)) {
    checkNotEmpty("crossEntropy", shape, options.reduction);
    checkWeights("crossEntropy", shape[shape.length === 1 ? 0 : 1], options.weight);
    if (ignored >= 0) {
      throw new ArgumentError(
        `crossEntropy: ignoreIndex is for labels, got ${ignored} with target probabilities; give ` +
          `the rows to ignore a target of zeros instead.`,
      );
    }
    checkProbabilities(classes);
    return run(classes);
  }
  return withClasses("crossEntropy", logits, classes, options, run);
}

/**
 * The negative log likelihood: {@linkcode crossEntropy} of log probabilities.
 *
 * Shapes: log probabilities (B, C), classes (B); further dimensions as in {@linkcode crossEntropy}.
 *
 * @throws {ShapeError} if the shapes do not fit, or the batch is empty.
 * @throws {IndexError} if a class is out of range; names it, its row and the number of classes.
 * @throws {DTypeError} if a label is NaN or not a whole number; names it and its row.
 */
export function nllLoss(
  logProbabilities: Tensor,
  classes: Tensor,
  options: NllLossOptions = {},
): Tensor {
  const reduction = reductionCode(options.reduction);
  return withClasses("nllLoss", logProbabilities, classes, options, (target) =>
    torch.nllLoss(
      logProbabilities,
      target,
      options.weight,
      reduction,
      ignoredLabel("nllLoss", options),
    ));
}

/** Options of {@linkcode binaryCrossEntropyWithLogits}. */
export interface BinaryCrossEntropyOptions {
  /** A weight for every element; of a shape that broadcasts to the logits'. */
  weight?: Tensor | null;
  /** A weight for the positive part, for every class. */
  posWeight?: Tensor | null;
  /** How the losses of the elements are put together; the mean by default. */
  reduction?: Reduction;
}

/**
 * Binary cross entropy of sigmoid(logits), computed without overflow.
 *
 * Shapes: logits and targets (0 to 1) the same.
 *
 * @throws {ShapeError} if the shapes differ, or the batch is empty.
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  checkTarget("binaryCrossEntropyWithLogits", logits, target, options.reduction);
  return torch.binaryCrossEntropyWithLogits(
    logits,
    target,
    options.weight,
    options.posWeight,
    reductionCode(options.reduction),
  );
}
