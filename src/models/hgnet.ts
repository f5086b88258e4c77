/**
 * PP-HGNet.
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
import { initConvolutions } from "./parts/conv_init.ts";
import { convBn } from "./parts/conv_norm_act.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { HgBlock } from "./parts/hgnet_blocks.ts";
import { Affine } from "./parts/hgnet_conv.ts";
import { HgStem, HgStemV2 } from "./parts/hgnet_stem.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { Stage } from "./parts/stage.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** What makes one PP-HGNet another. */
export interface HgNetOptions extends BuildOptions {
  /** Channels of the stem: of three convolutions in the first version; inside and at the end in the second. */
  readonly stem: readonly number[];
  /** Channels inside the blocks of each stage. */
  readonly inner: readonly number[];
  /** Channels that each stage gives. */
  readonly widths: readonly number[];
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Convolutions in a block. */
  readonly layers: number;
  /** Whether the last stages have light blocks, and no block attention of channels (V2); false by default. */
  readonly v2?: boolean;
  /** Whether a factor and a summand follow activations; false by default. */
  readonly affine?: boolean;
}

/** The width of the features. */
const FEATURES = 2048;

/**
 * PP-HGNet, and PP-HGNetV2, the network in RT-DETR (PaddleClas, 2022 and 2023; Zhao et al., DETRs beat YOLOs on real-time
 * object detection, 2024): blocks that join the maps of all of their convolutions. Parameters have timm's names. Its
 * stages are at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("hgnetv2_b0", { numClasses: 10 });
 * student.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class HgNet extends Backbone {
  /** What halves the image twice. */
  readonly stem: nn.Module;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** The width of the features. */
  override readonly featureDim: number = FEATURES;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #widen: Stage;
  readonly #head: nn.Module;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: HgNetOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("HgNet", options);
    const { stem, inner, widths, depths, layers, v2 = false, affine = false } = options;
    check(options);
    this.stem = v2 ? new HgStemV2(inChannels, stem, affine) : new HgStem(inChannels, stem);
    const rates = dropPathRates(dropPath, depths.reduce((a, b) => a + b));
    let before = stem.at(-1)!;
    this.stages = new nn.ModuleList(widths.map((width, stage) => {
      const halves = stage > 0;
      const halve = { kernel: 3, stride: 2, groups: before };
      const downsample = halves ? convBn(before, before, halve) : new nn.Identity();
      const light = v2 && stage > 1;
      const blocks = Array.from({ length: depths[stage] }, (_, i) => {
        const block = new HgBlock(before, width, {
          inner: inner[stage],
          layers,
          kernel: light ? 5 : 3,
          light,
          affine,
          narrows: v2,
          isResidual: i > 0,
          dropPath: rates.shift()!,
        });
        before = width;
        return block;
      });
      return new NamedChain({ downsample, blocks: new Stage(...blocks) });
    }));
    this.#widen = new Stage(
      new nn.Conv2d(before, FEATURES, 1, { bias: false }),
      new nn.ReLU({ inplace: true }),
      ...(affine ? [new Affine()] : []),
    );
    this.#head = classifierHead(FEATURES, numClasses, dropout);
    this.registerModule("head", new NamedChain({ last_conv: this.#widen, fc: this.#head }));
    this.stageDims = [...widths];
    this.numClasses = numClasses;
    initConvolutions(this);
    if (this.#head instanceof nn.Linear) nn.init.zeros_(this.#head.bias!);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head;
  }

  /** (B, C, H, W) to the maps of the stages, and the last one's mean in more channels. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      let map = this.stem.forward(images);
      const stages = [...this.stages].map((stage) => map = stage.forward(map));
      const features = this.#widen.forward(torch.adaptiveAvgPool2d(map, [1, 1])).flatten(1);
      return { stages, features };
    });
  }
}

/** Checks the lists, and that the network is not too large. */
function check({ stem, inner, widths, depths, layers, v2, numClasses }: HgNetOptions): void {
  checkList("HgNet", "stem", stem, v2 ? 2 : 3);
  for (const [name, list] of Object.entries({ inner, widths, depths })) {
    checkList("HgNet", name, list, 4);
  }
  checkCounts("HgNet", { layers });
  const blocks = depths.reduce((a, b) => a + b) * layers;
  checkBlocks("HgNet", `depths [${depths.join(", ")}] and layers ${layers}`, blocks);
  checkParameterCount(
    "HgNet",
    widths.reduce(
      (sum, width, i) =>
        sum + depths[i] * (9 * layers * inner[i] ** 2 + width * (width + layers * inner[i])),
      FEATURES * (widths[3] + numClasses),
    ),
    { inner, widths, depths, layers, numClasses },
  );
}
