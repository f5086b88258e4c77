/**
 * RepViT.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions, type CheckedOptions } from "./parts/build_options.ts";
import { downsampledLayers, DownsampledStage } from "./parts/downsampled_stage.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { RepVitBlock, RepVitDownsample, RepVitStem } from "./parts/repvit_blocks.ts";
import { repVitHead } from "./parts/repvit_head.ts";
import { checkBlocks, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups } from "./parts/stage.ts";

/** What makes one RepViT another. */
export interface RepVitOptions extends BuildOptions {
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Whether small kernels have a norm of their own, as in M1 to M3; false by default, one norm after the sum. */
  readonly legacy?: boolean;
}

/**
 * RepViT (Wang et al., RepViT: Revisiting mobile CNN from ViT perspective, 2024, figure 4 and table 7): a convolutional
 * network in the form of a transformer, whose depthwise convolutions are trained with branches and whose logits are the mean
 * of two heads. `models.fold` makes one convolution of each, and one head. Parameters have timm's names in both forms. Its
 * stages are at strides 4, 8, 16 and 32. No branch can be left out as a whole: dropPath must be 0.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("repvit_m0_9", { numClasses: 10 });
 * using small = models.fold(student);
 * small.forward(torch.zeros([1, 3, 32, 32])).shape; // [1, 10]
 * ```
 */
export class RepVit extends Backbone {
  /** Two convolutions of stride 2. */
  readonly stem: RepVitStem;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #depths: readonly number[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: RepVitOptions) {
    super();
    const checked = checkOptions(options);
    const { depths, dims, legacy = false } = options;
    const style = { legacy, folded: checked.folded };
    this.stem = new RepVitStem(checked.inChannels, dims[0], checked.folded);
    this.stages = new nn.ModuleList(
      dims.map((dim, i) =>
        new DownsampledStage(
          i === 0 ? undefined : new RepVitDownsample(dims[i - 1], dim, style),
          // Every other block squeezes.
          Array.from({ length: depths[i] }, (_, at) => new RepVitBlock(dim, at % 2 === 0, style)),
        )
      ),
    );
    this.#depths = [...depths];
    this.stageDims = [...dims];
    this.stageReductions = dims.map((_, i) => 4 * 2 ** i);
    this.featureDim = dims.at(-1)!;
    this.numClasses = checked.numClasses;
    this.head = repVitHead(this.featureDim, checked);
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    const [first, ...others] = [...this.stages];
    const stages = chainGroups([[this.stem, first], ...others.map((stage) => [stage])], images);
    return { stages, features: torch.scope(() => globalAvgPool(stages.at(-1)!)) };
  }

  /** The layers for learning rates by layer: the stem, and each block, with what halves the map before it. */
  layerNames(): readonly (readonly string[])[] {
    return downsampledLayers(this.#depths);
  }
}

function checkOptions(options: RepVitOptions): CheckedOptions {
  const { depths, dims } = options;
  const checked = checkBuildOptions("RepVit", options, { folds: true });
  if (checked.dropPath > 0) {
    throw new ArgumentError("RepVit: dropPath must be 0, as there are no branches to leave out.");
  }
  checkList("RepVit", "depths", depths);
  checkList("RepVit", "dims", dims, depths.length);
  checkBlocks("RepVit", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  if (dims[0] < 2) {
    throw new ArgumentError(
      `RepVit: dims [${dims.join(", ")}] must begin with at least 2 channels.`,
    );
  }
  checkParameterCount(
    "RepVit",
    dims.reduce(
      (sum, dim, i) => sum + (depths[i] + 1) * 4.5 * dim ** 2 + dim * (dims[i - 1] ?? 0),
      0,
    ) +
      dims[0] * 5 * (dims[0] + checked.inChannels) + 2 * dims.at(-1)! * checked.numClasses,
    { depths, dims, ...checked },
  );
  return checked;
}
