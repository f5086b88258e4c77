/**
 * Losses as modules: the functions of `nn.functional` with their options kept.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import * as functional from "../functional/mod.ts";
import { reductionCode } from "../functional/shapes.ts";
import { Module } from "../module.ts";
import { checkInteger, checkKnown, checkNumber } from "../options.ts";

/** Cross entropy; see `nn.functional.crossEntropy`. Keys: `weight`, if given. */
export class CrossEntropyLoss extends Module {
  readonly #options: functional.CrossEntropyOptions;

  /**
   * Keeps a copy of the weight, if there is one.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.CrossEntropyOptions = {}) {
    super();
    checkLoss("CrossEntropyLoss", options, [
      "weight",
      "ignoreIndex",
      "reduction",
      "checkClasses",
      "labelSmoothing",
    ]);
    checkInteger("CrossEntropyLoss", "ignoreIndex", options.ignoreIndex ?? -100);
    checkNumber("CrossEntropyLoss", "labelSmoothing", options.labelSmoothing ?? 0, 0, 1);
    this.#options = withWeight(this, options);
  }

  /** Shapes: logits (B, C) and classes (B) or probabilities (B, C). */
  override forward(logits: Tensor, classes: Tensor): Tensor {
    return functional.crossEntropy(logits, classes, this.#options);
  }
}

/** The negative log likelihood; see `nn.functional.nllLoss`. Keys: `weight`, if given. */
export class NLLLoss extends Module {
  readonly #options: functional.NllLossOptions;

  /**
   * Keeps a copy of the weight, if there is one.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.NllLossOptions = {}) {
    super();
    checkLoss("NLLLoss", options, ["weight", "ignoreIndex", "reduction", "checkClasses"]);
    checkInteger("NLLLoss", "ignoreIndex", options.ignoreIndex ?? -100);
    this.#options = withWeight(this, options);
  }

  /** Shapes: log probabilities (B, C), classes (B). */
  override forward(logProbabilities: Tensor, classes: Tensor): Tensor {
    return functional.nllLoss(logProbabilities, classes, this.#options);
  }
}

/** Checks the options that losses have in common, and that there are no others. */
function checkLoss(
  loss: string,
  options: { reduction?: functional.Reduction | "batchmean" },
  known: readonly string[],
): void {
  checkKnown(loss, options, known);
  const { reduction } = options;
  if (reduction !== "batchmean" || loss !== "KLDivLoss") {
    reductionCode(reduction as functional.Reduction | undefined);
  }
}

/** Options with the weight copied into a buffer, so that it moves with the module. */
function withWeight<O extends { weight?: Tensor | null }>(module: Module, options: O): O {
  if (!options.weight) return { ...options };
  return { ...options, weight: module.registerBuffer("weight", options.weight.detach().clone()) };
}

/** The mean squared error; see `nn.functional.mseLoss`. */
export class MSELoss extends Module {
  readonly #options: functional.LossOptions;

  /**
   * The mean by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.LossOptions = {}) {
    super();
    checkLoss("MSELoss", options, ["reduction"]);
    this.#options = options;
  }

  /** Shapes: both the same. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.mseLoss(input, target, this.#options);
  }
}

/** The mean absolute error; see `nn.functional.l1Loss`. */
export class L1Loss extends Module {
  readonly #options: functional.LossOptions;

  /**
   * The mean by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.LossOptions = {}) {
    super();
    checkLoss("L1Loss", options, ["reduction"]);
    this.#options = options;
  }

  /** Shapes: both the same. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.l1Loss(input, target, this.#options);
  }
}

/** Squared, then absolute error; see `nn.functional.smoothL1Loss`. */
export class SmoothL1Loss extends Module {
  readonly #options: functional.SmoothL1Options;

  /**
   * The mean and a beta of 1 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.SmoothL1Options = {}) {
    super();
    checkLoss("SmoothL1Loss", options, ["reduction", "beta"]);
    checkNumber("SmoothL1Loss", "beta", options.beta ?? 1, 0);
    this.#options = options;
  }

  /** Shapes: both the same. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.smoothL1Loss(input, target, this.#options);
  }
}

/** The Kullback-Leibler divergence; see `nn.functional.klDiv`. */
export class KLDivLoss extends Module {
  readonly #options: functional.KlDivOptions;

  /**
   * The mean over all elements by default, as in PyTorch.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.KlDivOptions = {}) {
    super();
    checkLoss("KLDivLoss", options, ["reduction", "logTarget"]);
    this.#options = options;
  }

  /** Shapes: log probabilities and target the same. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.klDiv(input, target, this.#options);
  }
}

/** Binary cross entropy of logits; see `nn.functional.binaryCrossEntropyWithLogits`. */
export class BCEWithLogitsLoss extends Module {
  readonly #options: functional.BinaryCrossEntropyOptions;

  /**
   * Keeps copies of the weights, if there are any. Keys: `weight`, `pos_weight`.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.BinaryCrossEntropyOptions = {}) {
    super();
    checkLoss("BCEWithLogitsLoss", options, ["weight", "posWeight", "reduction"]);
    this.#options = withWeight(this, options);
    if (options.posWeight) {
      const copy = options.posWeight.detach().clone();
      this.#options.posWeight = this.registerBuffer("pos_weight", copy);
    }
  }

  /** Shapes: both the same. */
  override forward(logits: Tensor, target: Tensor): Tensor {
    return functional.binaryCrossEntropyWithLogits(logits, target, this.#options);
  }
}

/** Pulls vectors together or apart; see `nn.functional.cosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends Module {
  readonly #options: functional.CosineEmbeddingOptions;

  /**
   * The mean and a margin of 0 by default.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: functional.CosineEmbeddingOptions = {}) {
    super();
    checkLoss("CosineEmbeddingLoss", options, ["reduction", "margin"]);
    checkNumber("CosineEmbeddingLoss", "margin", options.margin ?? 0);
    this.#options = options;
  }

  /** Shapes: `a` and `b` (B, D), the target (B). */
  override forward(a: Tensor, b: Tensor, target: Tensor): Tensor {
    return functional.cosineEmbeddingLoss(a, b, target, this.#options);
  }
}
