/**
 * ConvNeXt.
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
import { DropPath, dropPathRates } from "./parts/drop_path.ts";
import { gelu } from "./parts/gelu.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups, groupsEndingAt, Stage } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

const eps = 1e-6;

/** The branch of a block, with torchvision's names: in between are its permutations and its activation. */
class Branch extends nn.Module {
  readonly #depthwise: nn.Conv2d;
  readonly #norm: nn.LayerNorm;
  readonly #expand: nn.Linear;
  readonly #reduce: nn.Linear;

  constructor(dim: number) {
    super();
    const depthwise = new nn.Conv2d(dim, dim, 7, { padding: 3, groups: dim });
    this.#depthwise = this.registerModule("0", depthwise);
    this.#norm = this.registerModule("2", new nn.LayerNorm(dim, { eps }));
    this.#expand = this.registerModule("3", new nn.Linear(dim, 4 * dim));
    this.#reduce = this.registerModule("5", new nn.Linear(4 * dim, dim));
  }

  override forward(x: Tensor): Tensor {
    const pixels = this.#depthwise.forward(x).permute(0, 2, 3, 1);
    const hidden = gelu(this.#expand.forward(this.#norm.forward(pixels)));
    return this.#reduce.forward(hidden).permute(0, 3, 1, 2);
  }
}

/**
 * A depthwise 7x7 convolution, then an MLP of every pixel (Liu et al. 2022, figure 4), scaled channel by channel.
 * Keys as torchvision's: `layer_scale`, `block.0`, `block.2`, `block.3`, `block.5`.
 */
class ConvNeXtBlock extends nn.Module {
  /** What is added to the input, before it is scaled. */
  readonly block: Branch;
  /** The factor of each channel, (dim, 1, 1), which starts near zero. */
  readonly layerScale: Tensor;
  readonly #dropPath: DropPath;

  /** For maps of `dim` channels. */
  constructor(dim: number, dropPath: number) {
    super();
    this.layerScale = this.registerParameter("layer_scale", torch.full([dim, 1, 1], 1e-6));
    this.block = new Branch(dim);
    this.#dropPath = this.registerModule("stochastic_depth", new DropPath(dropPath));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const branch = this.#dropPath.forward(this.block.forward(x));
      return x.addcmul(branch, this.layerScale);
    });
  }
}

/** What makes one ConvNeXt another. */
export interface ConvNeXtOptions extends BuildOptions {
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** Height and width of the patches that the stem turns into pixels; 4 by default. */
  readonly patchSize?: number;
}

/**
 * ConvNeXt (Liu et al., A ConvNet for the 2020s, 2022). Parameters have torchvision's names. Its maps lie in memory
 * with channels last. Its stages are the four of the paper's table 9, at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.ConvNeXt({ numClasses: 10, depths: [1, 1], dims: [16, 32] });
 * const { stages } = model.forwardStages(torch.zeros([2, 3, 32, 32]));
 * stages.map((map) => map.shape); // [2, 16, 8, 8], [2, 32, 4, 4]
 * ```
 */
export class ConvNeXt extends Backbone {
  /** The stages, each with the stem or what halves the map before it. */
  readonly #groups: nn.Module[][];
  /** Norm, flattening and the last layer. */
  readonly classifier: nn.Sequential;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: ConvNeXtOptions) {
    super();
    const { depths, dims, patchSize = 4 } = options;
    const checked = checkBuildOptions("ConvNeXt", options);
    checkList("ConvNeXt", "depths", depths);
    checkList("ConvNeXt", "dims", dims, depths.length);
    checkCounts("ConvNeXt", { patchSize });
    const total = depths.reduce((a, b) => a + b);
    checkBlocks("ConvNeXt", `depths [${depths.join(", ")}]`, total);
    checkParameterCount(
      "ConvNeXt",
      dims.reduce(
        (sum, dim, i) => sum + depths[i] * (8 * dim + 49) * dim + 4 * dim * (dims[i - 1] ?? 0),
        0,
      ) + dims[0] * checked.inChannels * patchSize ** 2 + dims.at(-1)! * checked.numClasses,
      { depths, dims, patchSize, ...checked },
    );
    const rates = dropPathRates(checked.dropPath, total);
    const stem = new nn.Conv2d(checked.inChannels, dims[0], patchSize, { stride: patchSize });
    const parts: nn.Module[] = [
      new Stage(stem, new nn.LayerNorm2d(dims[0], { eps })),
    ];
    dims.forEach((dim, i) => {
      if (i > 0) {
        parts.push(
          new Stage(
            new nn.LayerNorm2d(dims[i - 1], { eps }),
            new nn.Conv2d(dims[i - 1], dim, 2, { stride: 2 }),
          ),
        );
      }
      parts.push(
        new Stage(...rates.splice(0, depths[i]).map((rate) => new ConvNeXtBlock(dim, rate))),
      );
    });
    this.registerModule("features", new nn.ModuleList(parts));
    this.#groups = groupsEndingAt(parts, dims.slice(1).map((_, i) => 2 * i + 1));
    this.stageDims = [...dims];
    this.stageReductions = this.stageDims.map((_, i) => patchSize * 2 ** i);
    this.featureDim = dims.at(-1)!;
    this.numClasses = checked.numClasses;
    this.classifier = new nn.Sequential(
      new nn.LayerNorm2d(this.featureDim, { eps }),
      new nn.Flatten(),
      classifierHead(this.featureDim, checked.numClasses, checked.dropout),
    );
    initTruncNormal(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.classifier.at(2);
  }

  /** (B, C, H, W) to the maps of the stages, and the normed mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    const stages = chainGroups(this.#groups, images);
    const features = torch.scope(() => {
      const mean = this.classifier.at(0).forward(stages.at(-1)!.mean([2, 3], true));
      return this.classifier.at(1).forward(mean);
    });
    return { stages, features };
  }
}
