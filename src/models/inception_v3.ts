/**
 * Inception-v3.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import {
  InceptionBlock,
  InceptionConvNorm,
  type InceptionShape,
} from "./parts/inception_blocks.ts";
import { chainGroups } from "./parts/stage.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

const DOUBLE_3X3 = [["3x3dbl_1", 64, 1], ["3x3dbl_2", 96, 3]] as const;

/** Figure 5: two 3x3 in the place of one 5x5. */
const a = (pool: number): InceptionShape => ({
  branches: [
    [["1x1", 64, 1]],
    [["5x5_1", 48, 1], ["5x5_2", 64, 5]],
    [...DOUBLE_3X3, ["3x3dbl_3", 96, 3]],
  ],
  pool,
});

/** Figure 10: half as large. */
const b: InceptionShape = {
  branches: [[["3x3", 384, 3, "halves"]], [...DOUBLE_3X3, ["3x3dbl_3", 96, 3, "halves"]]],
  pool: "halves",
};

/** Figure 6: rows and columns of 7x7 apart. */
const c = (width: number): InceptionShape => ({
  branches: [
    [["1x1", 192, 1]],
    [["7x7_1", width, 1], ["7x7_2", width, [1, 7]], ["7x7_3", 192, [7, 1]]],
    [
      ["7x7dbl_1", width, 1],
      ["7x7dbl_2", width, [7, 1]],
      ["7x7dbl_3", width, [1, 7]],
      ["7x7dbl_4", width, [7, 1]],
      ["7x7dbl_5", 192, [1, 7]],
    ],
  ],
  pool: 192,
});

/** Half as large again. */
const d: InceptionShape = {
  branches: [
    [["3x3_1", 192, 1], ["3x3_2", 320, 3, "halves"]],
    [
      ["7x7x3_1", 192, 1],
      ["7x7x3_2", 192, [1, 7]],
      ["7x7x3_3", 192, [7, 1]],
      ["7x7x3_4", 192, 3, "halves"],
    ],
  ],
  pool: "halves",
};

/** Figure 7: rows and columns of 3x3 side by side. */
const e: InceptionShape = {
  branches: [
    [["1x1", 320, 1]],
    [["3x3_1", 384, 1], [["3x3_2a", 384, [1, 3]], ["3x3_2b", 384, [3, 1]]]],
    [
      ["3x3dbl_1", 448, 1],
      ["3x3dbl_2", 384, 3],
      [["3x3dbl_3a", 384, [1, 3]], ["3x3dbl_3b", 384, [3, 1]]],
    ],
  ],
  pool: 192,
};

/** The blocks of table 1, by the names that both publishers give them. */
const BLOCKS: readonly (readonly [name: string, InceptionShape])[] = [
  ["5b", a(32)],
  ["5c", a(64)],
  ["5d", a(64)],
  ["6a", b],
  ["6b", c(128)],
  ["6c", c(160)],
  ["6d", c(160)],
  ["6e", c(192)],
  ["7a", d],
  ["7b", e],
  ["7c", e],
];

/**
 * Inception-v3 (Szegedy et al., Rethinking the Inception architecture for computer vision, 2016, table 1), without the
 * second classifier that only its training uses. Parameters have the names of torchvision and timm. Its stages are at
 * strides of about 4, 8, 16 and 32, as its first convolutions are not padded; images have at least 75 pixels.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = models.create("inception_v3", { numClasses: 10 });
 * model.forward(torch.zeros([2, 3, 96, 96])).shape; // [2, 10]
 * ```
 */
export class InceptionV3 extends Backbone {
  /** From features to logits. */
  readonly fc: nn.Module;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[] = [192, 288, 768, 2048];
  /** About how many pixels of the image lie between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features: 2048. */
  override readonly featureDim: number = 2048;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #groups: readonly (readonly nn.Module[])[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: BuildOptions) {
    super();
    const { numClasses, inChannels, dropout } = checkBuildOptions("InceptionV3", options);
    const conv = (name: string, ...shape: ConstructorParameters<typeof InceptionConvNorm>) =>
      this.registerModule(name, new InceptionConvNorm(...shape));
    const bare = { pads: false };
    const stem = [
      conv("Conv2d_1a_3x3", inChannels, 32, 3, { stride: 2 }),
      conv("Conv2d_2a_3x3", 32, 32, 3, bare),
      conv("Conv2d_2b_3x3", 32, 64, 3),
      new nn.MaxPool2d(3, { stride: 2 }),
      conv("Conv2d_3b_1x1", 64, 80, 1),
      conv("Conv2d_4a_3x3", 80, 192, 3, bare),
    ];
    let before = 192;
    const blocks = BLOCKS.map(([name, shape]) => {
      const block = this.registerModule(`Mixed_${name}`, new InceptionBlock(before, shape));
      before = block.width;
      return block;
    });
    const pool = new nn.MaxPool2d(3, { stride: 2 });
    this.#groups = [stem, [pool, ...blocks.slice(0, 3)], blocks.slice(3, 8), blocks.slice(8)];
    this.fc = classifierHead(this.featureDim, numClasses, dropout);
    this.numClasses = numClasses;
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.fc;
  }

  /** (B, C, H, W) to the maps of the four stages, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = chainGroups(this.#groups, images);
      return { stages, features: globalAvgPool(stages[3]) };
    });
  }

  /** A state dict of the same network without the second classifier, which torchvision's files have. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    return Object.fromEntries(
      Object.entries(state).filter(([key]) => !key.startsWith("AuxLogits.")),
    );
  }
}
