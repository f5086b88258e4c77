/**
 * Networks put together of blocks.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { ByobOptions } from "./byob_options.ts";
import { byobStem } from "./byob_stem.ts";
import { checkByob } from "./check_byob.ts";
import { AttentionPool2d } from "./parts/attention_pool_2d.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { ByobBlock } from "./parts/byob_blocks.ts";
import { FcHead } from "./parts/classifier_head.ts";
import { convBn, type ConvNormAct } from "./parts/conv_norm_act.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { GlobalContext } from "./parts/global_context.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { initByOutputs } from "./parts/init_by_outputs.ts";
import { resamplePositions } from "./parts/positions.ts";
import { Stage } from "./parts/stage.ts";

/** CLIP's head: attention, and a projection. Keys as timm's: `pos_embed`, `q`, `k`, `v`, `proj`. */
class AttentionHead extends AttentionPool2d {
  readonly proj: nn.Module;

  constructor(channels: number, side: number, numClasses: number) {
    super(channels, side);
    this.proj = numClasses === 0 ? new nn.Identity() : new nn.Linear(channels, numClasses);
  }
}

/**
 * A network of residual blocks in the orders of convolutions that timm's "bring your own blocks" knows: GENet (Lin et al.,
 * Neural architecture design for GPU-efficient networks, 2020), CLIP's residual networks (Radford et al. 2021), timm's
 * RegNet-Z and ResNets with other stems. Parameters have timm's names. Its stages are the last four that differ in size,
 * the last one with the convolution after it.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("resnext26ts", { numClasses: 10 });
 * student.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class ByobNet extends Backbone {
  /** What halves the image. */
  readonly stem: nn.Module;
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** The convolution after the last stage, if there is one. */
  readonly finalConv?: ConvNormAct;
  /** Channels of the last four maps. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of what is pooled. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #pool: AttentionHead | FcHead;
  /** The places of the stages that end with one of the maps. */
  readonly #ends: readonly number[];

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: ByobOptions) {
    super();
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("ByobNet", options);
    const { stem, stages, headWidth, attends = false, imageSize = 224 } = options;
    checkByob(options);
    this.stem = byobStem(inChannels, options);
    const rates = dropPathRates(dropPath, stages.reduce((sum, { depth }) => sum + depth, 0));
    let before = stem.at(-1)!;
    this.stages = new nn.ModuleList(stages.map((stage) => {
      const { kind = "bottle", depth, width, stride = 2, ratio = 1, groupWidth } = stage;
      const blocks = Array.from({ length: depth }, (_, i) => {
        const own = { kind, ratio, groupWidth, stride: i === 0 ? stride : 1 };
        const block = new ByobBlock(before, width, {
          ...options,
          ...own,
          dropPath: rates.shift()!,
        });
        before = width;
        return block;
      });
      return new Stage(...blocks);
    }));
    if (headWidth !== undefined) {
      const { activation = "relu" } = options;
      this.finalConv = this.registerModule("final_conv", convBn(before, headWidth, { activation }));
      before = headWidth;
    }
    const reductions: number[] = [];
    for (const { stride = 2 } of stages) {
      reductions.push((reductions.at(-1) ?? (stem.length > 1 ? 4 : 2)) * stride);
    }
    const ends = reductions.flatMap((reduction, i) => reductions[i + 1] === reduction ? [] : [i]);
    this.#ends = ends.slice(-4);
    this.stageReductions = this.#ends.map((end) => reductions[end]);
    this.stageDims = this.#ends.map((end, i) =>
      i === this.#ends.length - 1 ? before : stages[end].width
    );
    this.featureDim = before;
    this.numClasses = numClasses;
    initByOutputs(this);
    for (const block of this.modules()) {
      if (block instanceof GlobalContext) block.reset();
      if (!(block instanceof ByobBlock) || !block.isResidual) continue;
      nn.init.zeros_((block.last.norm as nn.BatchNorm2d).weight!);
    }
    this.#pool = attends
      ? new AttentionHead(before, imageSize / reductions.at(-1)!, numClasses)
      : new FcHead(before, numClasses, dropout);
    this.registerModule("head", this.#pool);
    const head = this.head;
    if (head instanceof nn.Linear) {
      nn.init.normal_(head.weight, 0, 0.01);
      nn.init.zeros_(head.bias!);
    }
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#pool instanceof FcHead ? this.#pool.fc : this.#pool.proj;
  }

  /** (B, C, H, W) to the last four maps that differ in size, and the last one pooled. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      let map = this.stem.forward(images);
      const maps = [...this.stages].map((stage) => map = stage.forward(map));
      if (this.finalConv !== undefined) maps[maps.length - 1] = map = this.finalConv.forward(map);
      const pool = this.#pool;
      const features = pool instanceof FcHead ? globalAvgPool(map) : pool.forward(map);
      return { stages: this.#ends.map((end) => maps[end]), features };
    });
  }

  /**
   * A state dict whose positions are fitted to the size of this network's images.
   *
   * @throws {ShapeError} if they are not those of a square.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const given = state["head.pos_embed"];
    if (given === undefined || given.ndim !== 2 || this.#pool instanceof FcHead) {
      return { ...state };
    }
    const side = Math.sqrt(this.#pool.positions.size(0) - 1);
    const fitted = torch.noGrad(() =>
      resamplePositions(given.unsqueeze(0), [side, side]).squeeze(0)
    );
    return { ...state, "head.pos_embed": fitted };
  }
}
