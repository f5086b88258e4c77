/**
 * A plain convolutional network for small images.
 *
 * @module
 */

import { list } from "../../base/option_parts.ts";
import { whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import * as nn from "../../nn/mod.ts";
import { scope, type Tensor } from "../../torch/mod.ts";
import { Backbone, type StagedFeatures } from "../backbone.ts";
import { checkCounts, checkList, checkParameterCount } from "../parts/size_checks.ts";
import { chainGroups, groupsEndingAt } from "../parts/stage.ts";

/** Options of {@linkcode SmallCnn}. */
export interface SmallCnnOptions {
  /** Channels of the images; 1 by default. */
  channels?: number;
  /** The number of classes. */
  numClasses: number;
  /** Channels of the convolutions; between two of them the image is halved. `[16, 32, 64]` by default. */
  widths?: readonly number[];
}

/** The declaration of {@linkcode SmallCnnOptions}. */
export const SMALL_CNN_OPTIONS: OptionTable<SmallCnnOptions> = {
  channels: whole({ default: 1, min: 1, help: "channels of the images" }),
  numClasses: whole({ min: 1, help: "the number of classes" }),
  widths: list(whole({ min: 1 }), {
    default: [16, 32, 64],
    least: 1,
    help: "channels of the convolutions; between two of them the image is halved",
  }),
};

/**
 * Convolutions of 3x3 with batch norm and ReLU, with 2x2 max pooling between them; the mean over what is
 * left of the image is the feature. The image must have at least 2^(n - 1) rows and columns, for n widths. Each width
 * is a stage, which ends with the ReLU, before the pooling.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = new models.SmallCnn({ numClasses: 10, widths: [8, 16, 32] });
 * const images = torch.zeros([2, 1, 28, 28]);
 * student.features(images).shape; // [2, 32]
 * student.forward(images).shape; // [2, 10]
 * ```
 */
export class SmallCnn extends Backbone {
  /** The convolutions. */
  readonly stem: nn.Sequential;
  /** From features to logits. */
  override readonly head: nn.Linear;
  /** The width of the last convolution. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  /** The widths. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: SmallCnnOptions) {
    super();
    this.recipe = { architecture: "SmallCnn", options: { ...options } };
    const { channels, numClasses, widths } = resolveOptions("SmallCnn", SMALL_CNN_OPTIONS, options);
    checkCounts("SmallCnn", { channels, numClasses });
    checkList("SmallCnn", "widths", widths);
    checkParameterCount(
      "SmallCnn",
      widths.reduce((sum, width, i) => sum + 9 * width * (widths[i - 1] ?? channels), 0) +
        widths.at(-1)! * numClasses,
      { channels, widths, numClasses },
    );
    const layers: nn.Module[] = [];
    let before = channels;
    for (const [i, width] of widths.entries()) {
      layers.push(
        new nn.Conv2d(before, width, 3, { padding: 1, bias: false }),
        new nn.BatchNorm2d(width),
        new nn.ReLU(),
      );
      if (i < widths.length - 1) layers.push(new nn.MaxPool2d(2));
      before = width;
    }
    this.stem = new nn.Sequential(...layers);
    this.stageDims = [...widths];
    this.stageReductions = widths.map((_, i) => 2 ** i);
    this.featureDim = before;
    this.numClasses = numClasses;
    this.head = new nn.Linear(before, numClasses);
  }

  /** (B, C, H, W) to the map after each width's convolution, norm and ReLU, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return scope(() => {
      // Convolution, norm and ReLU of the first width; then of each the pooling before these.
      const ends = this.stageDims.slice(1).map((_, i) => 4 * i + 2);
      const stages = chainGroups(groupsEndingAt([...this.stem], ends), images);
      return { stages, features: stages.at(-1)!.mean([2, 3]) };
    });
  }
}
