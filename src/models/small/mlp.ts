/**
 * A multi-layer perceptron for small images.
 *
 * @module
 */

import { list } from "../../base/option_parts.ts";
import { number, whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkCounts, checkList, checkParameterCount } from "../parts/size_checks.ts";

/** Options of {@linkcode Mlp}. */
export interface MlpOptions {
  /** The number of values of one image, such as 784 for 28x28 gray ones. */
  inputs: number;
  /** The number of classes. */
  numClasses: number;
  /** Widths of the hidden layers; the last one's output is the feature. `[256, 128]` by default. */
  widths?: readonly number[];
  /** The share of hidden values dropped in training; 0 by default. */
  dropout?: number;
}

/** The declaration of {@linkcode MlpOptions}. */
export const MLP_OPTIONS: OptionTable<MlpOptions> = {
  inputs: whole({ min: 1, help: "the number of values of one image" }),
  numClasses: whole({ min: 1, help: "the number of classes" }),
  widths: list(whole({ min: 1 }), {
    default: [256, 128],
    least: 1,
    help: "widths of the hidden layers",
  }),
  dropout: number({
    default: 0,
    min: 0,
    below: 1,
    help: "the share of hidden values dropped in training",
  }),
};

/**
 * Linear layers with batch norm and ReLU on the flattened image.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.Mlp({ inputs: 784, numClasses: 10 });
 * const images = torch.zeros([2, 1, 28, 28]);
 * model.features(images).shape; // [2, 128]
 * model.forward(images).shape; // [2, 10]
 * ```
 */
export class Mlp extends nn.Classifier {
  /** The hidden layers. */
  readonly body: nn.Sequential;
  /** From features to logits. */
  override readonly head: nn.Linear;
  /** The width of the last hidden layer. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: MlpOptions) {
    super();
    this.recipe = { architecture: "Mlp", options: { ...options } };
    const { inputs, numClasses, widths, dropout } = resolveOptions("Mlp", MLP_OPTIONS, options);
    checkCounts("Mlp", { inputs, numClasses });
    checkList("Mlp", "widths", widths);
    checkParameterCount(
      "Mlp",
      widths.reduce((sum, width, i) => sum + width * (widths[i - 1] ?? inputs), 0) +
        widths.at(-1)! * numClasses,
      { inputs, widths, numClasses },
    );
    const layers: nn.Module[] = [];
    let before = inputs;
    for (const width of widths) {
      layers.push(new nn.Linear(before, width), new nn.BatchNorm1d(width), new nn.ReLU());
      if (dropout > 0) layers.push(new nn.Dropout(dropout));
      before = width;
    }
    this.body = new nn.Sequential(...layers);
    this.featureDim = before;
    this.numClasses = numClasses;
    this.head = new nn.Linear(before, numClasses);
  }

  /** (B, ...) to (B, D). */
  override features(images: Tensor): Tensor {
    return this.body.forward(images.flatten(1));
  }
}
