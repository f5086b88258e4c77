/**
 * Whether a model is as often right as it is sure.
 *
 * @module
 */

import { checkPositive } from "../base/check_whole.ts";
import { ArgumentError } from "../base/errors.ts";
import { asClasses, findBadIndex } from "../nn/functional/classes.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { binsByMass, binsByWidth, type CalibrationBin } from "./calibration_bins.ts";
import { checkScores } from "./check_scores.ts";

/** How confidences are put into bins. */
export interface CalibrationOptions {
  /** The number of bins; 15 by default, as Guo et al. have it. */
  bins?: number;
  /**
   * `"width"` (the default): bins of equal width from 0 to 1. `"mass"`: each bin has as many images as the next, or one more,
   * so that bins are narrow where most confidences are.
   */
  binning?: "width" | "mass";
}

/** How well confidence and accuracy go together; NaN where there was no image. */
export interface CalibrationResult {
  /** The expected calibration error: the mean over images of |accuracy - confidence| of their bin, 0 to 1. */
  ece: number;
  /** The maximum calibration error: the largest |accuracy - confidence| of a bin, 0 to 1. */
  mce: number;
  /** The mean over images of Σ_c (p_c - y_c)², 0 to 2 (Brier 1950). NaN if a score was. */
  brier: number;
  /** The mean over images of -log p of the true class, in nats. NaN if a score was. */
  nll: number;
  /** The mean of the confidences. Above {@linkcode CalibrationResult.accuracy} a model is too sure. */
  confidence: number;
  /** The share of images with a confidence that were predicted right. */
  accuracy: number;
  /** The number of images. */
  count: number;
  /** The bins from the least confidences to the largest: a reliability diagram. */
  bins: CalibrationBin[];
}

/**
 * Compares how sure a model is with how often it is right, batch by batch. The confidence of an image is the largest
 * probability that the softmax of its scores gives, its bin b the one that the confidence falls into:
 *
 *     ECE = Σ_b (n_b / n) |acc(b) - conf(b)|,   MCE = max_b |acc(b) - conf(b)|
 *
 * Guo, Pleiss, Sun, Weinberger, On calibration of modern neural networks, 2017 (arXiv 1706.04599), equations 3 and 5; both
 * errors are those of Naeini, Cooper, Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, 2015. Bins
 * of equal mass: Nguyen and O'Connor, Posterior calibration and exploratory analysis for natural language processing models,
 * 2015.
 *
 * A confidence that lies on a bound belongs to the bin below it. Images with NaN among their scores have no confidence: they
 * are in no bin, and Brier score and negative log-likelihood become NaN. Memory grows with the number of images, by 9 bytes
 * each.
 *
 * @example
 * ```ts
 * import { evaluation, torch } from "@apprentice/distill";
 *
 * const calibration = new evaluation.Calibration(2);
 * const scores = torch.tensor([[0.8, 0.2], [0.8, 0.2]]).log();
 * calibration.add(scores, torch.tensor([0, 1], { dtype: "int64" }));
 * const { ece, brier } = calibration.result(); // |1/2 - 0.8| = 0.3 and (0.08 + 1.28) / 2 = 0.68
 * ```
 */
export class Calibration {
  /** The number of classes. */
  readonly classes: number;
  #confidences = new Float64Array(256);
  #right = new Uint8Array(256);
  /** How many of them are in use. */
  #length = 0;
  #count = 0;
  #brier = 0;
  #nll = 0;

  /**
   * Begins with nothing, for so many classes.
   *
   * @throws {ArgumentError} if that is not a whole number of at least 1.
   */
  constructor(classes: number) {
    checkPositive(classes, "The number of classes");
    this.classes = classes;
  }

  /**
   * Takes in a batch: scores (B, C) before the softmax, and classes (B), on any device. The logarithms of probabilities are
   * scores too.
   *
   * @throws {ShapeError} if the shapes do not fit the classes or each other.
   * @throws {IndexError} if a label is not one of the classes; then nothing is taken in.
   * @throws {DTypeError} if a label is not a whole number.
   */
  add(scores: Tensor, labels: Tensor): void {
    checkScores("Calibration", this.classes, scores, labels);
    const [rows] = scores.shape;
    if (rows === 0) return;
    torch.scope(() => {
      const wanted = asClasses(labels.detach()).cpu();
      findBadIndex("The label", "classes", wanted, this.classes);
      const logs = scores.detach().cpu().to("float64").logSoftmax(1);
      const probabilities = logs.exp();
      const [sure, first] = probabilities.max(1);
      const own = wanted.unsqueeze(1);
      const losses = logs.gather(1, own).squeeze(1).neg();
      // Σ_c (p_c - y_c)² = Σ_c p_c² - 2 p_y + 1
      const squares = probabilities.square().sum(1)
        .sub(probabilities.gather(1, own).squeeze(1).mul(2)).add(1);
      this.#count += rows;
      this.#nll += Number(losses.sum().item());
      this.#brier += Number(squares.sum().item());
      const [confidences, predicted, targets] = [sure.data(), first.data(), wanted.data()];
      for (let row = 0; row < rows; row++) {
        this.#keep(Number(confidences[row]), predicted[row] === targets[row]);
      }
    });
  }

  #keep(confidence: number, isRight: boolean): void {
    if (Number.isNaN(confidence)) return;
    if (this.#length === this.#confidences.length) {
      const more = new Float64Array(2 * this.#length);
      more.set(this.#confidences);
      const right = new Uint8Array(2 * this.#length);
      right.set(this.#right);
      [this.#confidences, this.#right] = [more, right];
    }
    this.#confidences[this.#length] = confidence;
    this.#right[this.#length++] = Number(isRight);
  }

  /**
   * What came of it so far.
   *
   * @throws {ArgumentError} if `bins` is not a whole number from 1 to 10,000, or there is no such binning.
   */
  result(options: CalibrationOptions = {}): CalibrationResult {
    const { bins: count = 15, binning = "width" } = options;
    checkPositive(count, "The number of bins");
    if (count > 10_000) throw new ArgumentError(`There are 10,000 bins at most, got ${count}.`);
    if (binning !== "width" && binning !== "mass") {
      throw new ArgumentError(`binning is "width" or "mass", got ${JSON.stringify(binning)}.`);
    }
    const length = this.#length;
    const confidences = this.#confidences.subarray(0, length);
    const right = this.#right.subarray(0, length);
    const bins = (binning === "width" ? binsByWidth : binsByMass)(confidences, right, count);
    const mean = (values: ArrayLike<number>) => {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += values[i];
      return sum / length;
    };
    const gaps = bins.filter(({ count }) => count > 0)
      .map(({ accuracy, confidence, count }) => ({ gap: Math.abs(accuracy - confidence), count }));
    return {
      ece: gaps.reduce((sum, { gap, count }) => sum + gap * count, 0) / length,
      mce: length === 0 ? NaN : gaps.reduce((most, { gap }) => Math.max(most, gap), 0),
      brier: this.#brier / this.#count,
      nll: this.#nll / this.#count,
      confidence: mean(confidences),
      accuracy: mean(right),
      count: this.#count,
      bins,
    };
  }
}
