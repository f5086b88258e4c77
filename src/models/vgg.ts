/**
 * VGG.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { FcHead } from "./parts/classifier_head.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups, groupsEndingAt } from "./parts/stage.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one VGG another. */
export interface VggOptions extends BuildOptions {
  /** Convolutions of each of five stages. */
  readonly depths: readonly number[];
  /** Whether every convolution has a batch norm; false by default. */
  readonly norm?: boolean;
  /** Channels of the first of the two large layers; 4096 by default. */
  readonly hidden?: number;
}

const WIDTHS = [64, 128, 256, 512, 512];
const FEATURE_DIM = 4096;
const SIDE = 7;

/** The two large layers, as convolutions. Keys as timm's: `fc1`, `fc2`. */
class LargeLayers extends nn.Module {
  readonly #first: nn.Conv2d;
  readonly #second: nn.Conv2d;
  readonly #drop: nn.Dropout;

  constructor(hidden: number, dropout: number) {
    super();
    this.#first = this.registerModule("fc1", new nn.Conv2d(512, hidden, SIDE));
    this.#second = this.registerModule("fc2", new nn.Conv2d(hidden, FEATURE_DIM, 1));
    this.#drop = this.registerModule("drop", new nn.Dropout(dropout));
  }

  /** (B, 512, H, W) to (B, 4096, H - 6, W - 6); smaller maps are first averaged to 7 x 7. */
  override forward(map: Tensor): Tensor {
    const [height, width] = map.shape.slice(2).map((side) => Math.max(side, SIDE));
    const fits = height === map.size(2) && width === map.size(3);
    const x = fits ? map : torch.adaptiveAvgPool2d(map, [height, width]);
    return this.#second.forward(this.#drop.forward(this.#first.forward(x).relu_())).relu_();
  }
}

/**
 * VGG (Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition, 2015, table 1), with
 * or without batch norm. Parameters have timm's names. Its stages are the maps before each halving, at strides 4, 8 and
 * 16, and the last, at stride 32.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * models.entry("vgg16").stageDims; // [256, 512, 512, 512]
 * ```
 */
export class Vgg extends Backbone {
  /** Convolutions and halvings. */
  readonly convolutions: nn.Sequential;
  /** From features to logits. */
  override readonly head: FcHead;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[] = [256, 512, 512, 512];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features: 4096. */
  override readonly featureDim: number = FEATURE_DIM;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #groups: readonly (readonly nn.Module[])[];
  readonly #large: LargeLayers;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: VggOptions) {
    super();
    const { numClasses, inChannels, dropout } = checkBuildOptions("Vgg", options);
    const { depths, norm = false, hidden = FEATURE_DIM } = options;
    checkList("Vgg", "depths", depths, WIDTHS.length);
    checkCounts("Vgg", { hidden });
    checkBlocks("Vgg", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
    checkParameterCount(
      "Vgg",
      512 * SIDE ** 2 * hidden + FEATURE_DIM * (hidden + numClasses),
      { depths, hidden, numClasses },
    );
    const layers: nn.Module[] = [];
    const ends: number[] = [];
    let before = inChannels;
    for (const [i, width] of WIDTHS.entries()) {
      for (let at = 0; at < depths[i]; at++) {
        layers.push(new nn.Conv2d(before, width, 3, { padding: 1 }));
        if (norm) layers.push(new nn.BatchNorm2d(width));
        layers.push(new nn.ReLU({ inplace: true }));
        before = width;
      }
      ends.push(layers.length - 1);
      layers.push(new nn.MaxPool2d(2));
    }
    this.convolutions = this.registerModule("features", new nn.Sequential(...layers));
    this.#groups = groupsEndingAt(layers, ends.slice(2));
    this.#large = this.registerModule("pre_logits", new LargeLayers(hidden, dropout));
    this.head = new FcHead(FEATURE_DIM, numClasses, dropout);
    this.numClasses = numClasses;
    initConvolutions(this);
  }

  /** (B, C, H, W) to the maps at strides 4, 8, 16 and 32, and what the two large layers make of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, images);
      return { stages, features: globalAvgPool(this.#large.forward(stages[3])) };
    });
  }
}
