/**
 * A multi-layer perceptron for small images.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** Options of {@linkcode Mlp}. */
export interface MlpOptions {
  /** The number of values of one image, such as 784 for 28x28 grey ones. */
  inputs: number;
  /** The number of classes. */
  numClasses: number;
  /** Widths of the hidden layers; the last one's output is the feature. `[256, 128]` by default. */
  widths?: readonly number[];
  /** The share of hidden values dropped in training; 0 by default. */
  dropout?: number;
}

/** Linear layers with batch norm and ReLU on the flattened image. */
export class Mlp extends nn.Classifier {
  /** The hidden layers. */
  readonly body: nn.Sequential;
  /** From features to logits. */
  override readonly head: nn.Linear;
  /** The width of the last hidden layer. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /** Builds the network with fresh weights. */
  constructor(options: MlpOptions) {
    super();
    const layers: nn.Module[] = [];
    let before = options.inputs;
    for (const width of options.widths ?? [256, 128]) {
      layers.push(new nn.Linear(before, width), new nn.BatchNorm1d(width), new nn.ReLU());
      if (options.dropout) layers.push(new nn.Dropout(options.dropout));
      before = width;
    }
    this.body = new nn.Sequential(...layers);
    this.featureDim = before;
    this.numClasses = options.numClasses;
    this.head = new nn.Linear(before, options.numClasses);
  }

  /** (B, ...) to (B, D). */
  override features(images: Tensor): Tensor {
    return this.body.forward(images.flatten(1));
  }
}
