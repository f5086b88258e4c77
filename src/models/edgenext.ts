/**
 * EdgeNeXt.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { EdgeNeXtOptions } from "./edgenext_options.ts";
import { checkEdgeNeXt, EDGENEXT_SCALES } from "./parts/check_edgenext.ts";
import { ConvNeXtBlock } from "./parts/convnext_block.ts";
import { downsampledLayers, DownsampledStage } from "./parts/downsampled_stage.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { NormMlpHead } from "./parts/norm_mlp_head.ts";
import { SplitTransposeBlock } from "./parts/split_transpose_block.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

const eps = 1e-6;
/** The kernel of the convolutions of each stage. */
const KERNELS = [3, 5, 7, 9];

/**
 * EdgeNeXt (Maaz et al., EdgeNeXt: Efficiently amalgamated CNN-transformer architecture for mobile vision applications,
 * 2022, table 1): convolutions, and at the end of all stages but the first attention between channels. Parameters have
 * timm's names. Its stages are at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.EdgeNeXt({
 *   numClasses: 10,
 *   depths: [1, 1, 1, 1],
 *   dims: [8, 16, 24, 32],
 *   heads: 2,
 * });
 * model.forward(torch.zeros([1, 3, 32, 32])).shape; // [1, 10]
 * ```
 */
export class EdgeNeXt extends Backbone {
  /** The patches. */
  readonly stem: Stage;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #head: NormMlpHead;
  readonly #depths: readonly number[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: EdgeNeXtOptions) {
    super();
    const checked = checkEdgeNeXt(options);
    const { depths, dims, heads, overlapping = false } = options;
    const bias = !overlapping;
    const rates = dropPathRates(checked.dropPath, depths.reduce((a, b) => a + b));
    const patch = overlapping ? { stride: 4, padding: 4, bias } : { stride: 4 };
    const stem = new Stage(
      new nn.Conv2d(checked.inChannels, dims[0], overlapping ? 9 : 4, patch),
      new nn.LayerNorm2d(dims[0], { eps }),
    );
    this.stem = this.registerModule("stem", stem);
    const stages = dims.map((dim, stage) => {
      const halves = stage > 0;
      const halving = halves && !overlapping
        ? new Stage(
          new nn.LayerNorm2d(dims[stage - 1], { eps }),
          new nn.Conv2d(dims[stage - 1], dim, 2, { stride: 2 }),
        )
        : undefined;
      const blocks = rates.splice(0, depths[stage]).map((dropPath, i, { length }) => {
        const style = { bias, layerScale: 1e-6, dropPath };
        if (halves && i === length - 1) {
          const shape = { heads, scales: EDGENEXT_SCALES[stage], positions: stage === 1 };
          return new SplitTransposeBlock(dim, { ...shape, ...style });
        }
        const reshapes = halves && overlapping && i === 0;
        return new ConvNeXtBlock(dim, {
          ...style,
          kernel: KERNELS[stage],
          before: reshapes ? dims[stage - 1] : dim,
          stride: reshapes ? 2 : 1,
        });
      });
      return new DownsampledStage(halving, blocks);
    });
    this.stages = this.registerModule("stages", new nn.ModuleList(stages));
    this.#depths = [...depths];
    this.stageDims = [...dims];
    this.stageReductions = dims.map((_, i) => 4 * 2 ** i);
    this.featureDim = dims.at(-1)!;
    this.numClasses = checked.numClasses;
    const norm = new nn.LayerNorm(this.featureDim, { eps });
    this.#head = this.registerModule(
      "head",
      new NormMlpHead(this.featureDim, { ...checked, norm }),
    );
    initTruncNormal(this, [nn.Linear, nn.Conv2d], 0.04);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the normed mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    const [first, ...others] = [...this.stages];
    const stages = chainGroups([[this.stem, first], ...others.map((stage) => [stage])], images);
    return { stages, features: torch.scope(() => this.#head.features(stages.at(-1)!)) };
  }

  /** The layers for learning rates by layer: the stem, and each block, with what halves the map before it. */
  layerNames(): readonly (readonly string[])[] {
    return downsampledLayers(this.#depths);
  }
}
