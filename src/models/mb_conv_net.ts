/**
 * Mobile networks.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { activate_ } from "./parts/activation.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { convNorm } from "./parts/conv_norm_act.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { blockOf } from "./parts/mobile/block_of.ts";
import { checkTable } from "./parts/mobile/check_table.ts";
import { initMobile } from "./parts/mobile/init_mobile.ts";
import type { Stages } from "./parts/mobile/rows.ts";
import { convOf, type MobileStyle, styleOf } from "./parts/mobile/style.ts";
import { tapsOf } from "./parts/mobile/taps.ts";
import { chainGroups, groupsEndingAt, Stage } from "./parts/stage.ts";

/** The last layers before the classifier. */
export interface MobileHead {
  /** The width of the features; 0 for no convolution: the last stage is pooled. */
  readonly width: number;
  /** Whether the map is pooled before the last convolution, as since MobileNetV3; false by default. */
  readonly pooledFirst?: boolean;
  /** Whether a norm follows the convolution of what is pooled; false by default: it has a bias then. */
  readonly normed?: boolean;
  /** Whether a convolution without norm has a bias; true by default. */
  readonly bias?: boolean;
}

/** What makes one mobile network another. */
export interface MBConvNetOptions extends BuildOptions, Partial<MobileStyle> {
  /** The first convolution, of stride 2; its kernel is 3 by default. */
  readonly stem: { readonly width: number; readonly kernel?: number };
  /** The rows of the paper's table, by stages. */
  readonly stages: Stages;
  /** The last layers before the classifier. */
  readonly head: MobileHead;
  /** Draws the first weights; timm's by default. */
  readonly initialize?: (model: MBConvNet) => void;
}

/**
 * A convolution, stages of blocks by a table, a convolution and a classifier: MobileNets from the first version to the
 * fourth, EfficientNets, and what was found by search among such networks. Parameters have timm's names. The stages that
 * others see are timm's: the last maps before strides grow, and the last of all.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("mobilenetv4_conv_small", { numClasses: 10 });
 * student.forward(torch.zeros([2, 3, 64, 64])).shape; // [2, 10]
 *
 * // A network of one's own: rows have the kind of a block, and its sizes.
 * using small = new models.MBConvNet({
 *   numClasses: 10,
 *   stem: { width: 16 },
 *   stages: [
 *     [{ kind: "mbConv", expansion: 4, kernel: 3, width: 24, depth: 2, stride: 2 }],
 *     [{ kind: "mbConv", expansion: 4, kernel: 5, width: 40, depth: 2, stride: 2 }],
 *   ],
 *   head: { width: 160 },
 * });
 * ```
 */
export class MBConvNet extends Backbone {
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** The width of the features. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #style: MobileStyle;
  readonly #stem: readonly [nn.Module, nn.Module];
  readonly #groups: readonly (readonly nn.Module[])[];
  readonly #last: readonly [conv: nn.Module, norm: nn.Module | null] | null = null;
  /** Whether the map is pooled before the last convolution. @ignore */
  readonly poolsFirst: boolean;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: MBConvNetOptions) {
    super();
    const { stem, stages, head, initialize = initMobile } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("MBConvNet", options);
    checkTable("MBConvNet", { stem, stages, head, numClasses });
    const style = this.#style = styleOf(options);
    const norm = (channels: number) => new nn.BatchNorm2d(channels, style.norm);
    this.#stem = [
      this.registerModule(
        "conv_stem",
        convOf(style, inChannels, stem.width, stem.kernel ?? 3, { stride: 2 }),
      ),
      this.registerModule("bn1", norm(stem.width)),
    ];
    const total = stages.flat().reduce((sum, { depth }) => sum + depth, 0);
    let [before, made] = [stem.width, 0];
    const parts = stages.map((rows) => {
      const blocks = rows.flatMap((row, i) =>
        Array.from({ length: row.depth }, (_, j) => {
          const stride = i === 0 && j === 0 ? row.stride : 1;
          const place = { row, before, stride, dropPath: dropPath * made++ / total };
          before = row.width;
          return blockOf(place, style);
        })
      );
      return new Stage(...blocks);
    });
    this.registerModule("blocks", new nn.Sequential(...parts));
    const taps = tapsOf(stages);
    this.#groups = groupsEndingAt(parts, taps.map(({ stage }) => stage).slice(0, -1));
    this.stageDims = taps.map(({ width }) => width);
    this.stageReductions = taps.map(({ reduction }) => reduction);
    this.poolsFirst = head.pooledFirst ?? false;
    this.featureDim = head.width === 0 ? before : head.width;
    if (head.width > 0) this.#last = this.#lastLayers(before, head);
    this.head = this.registerModule(
      "classifier",
      classifierHead(this.featureDim, numClasses, dropout),
    );
    this.numClasses = numClasses;
    initialize(this);
  }

  #lastLayers(
    before: number,
    { width, pooledFirst = false, normed = false, bias = true }: MobileHead,
  ): readonly [conv: nn.Module, norm: nn.Module | null] {
    if (pooledFirst && !normed) {
      return [this.registerModule("conv_head", new nn.Conv2d(before, width, 1, { bias })), null];
    }
    return [
      this.registerModule("conv_head", convOf(this.#style, before, width, 1)),
      this.registerModule(
        pooledFirst ? "norm_head" : "bn2",
        new nn.BatchNorm2d(width, this.#style.norm),
      ),
    ];
  }

  #through(last: readonly [conv: nn.Module, norm: nn.Module | null], map: Tensor): Tensor {
    const [conv, norm] = last;
    const result = norm === null ? conv.forward(map) : convNorm(conv, norm, map);
    return activate_(result, this.#style.activation);
  }

  /** What is pooled: the last stage's map, or that of the convolution after it. */
  #pooled(map: Tensor): Tensor {
    return this.#last === null || this.poolsFirst ? map : this.#through(this.#last, map);
  }

  /** The last convolution of what is pooled: one of a single place, which a linear layer does faster. */
  #lastOf(pooled: Tensor, conv: nn.Module, norm: nn.Module | null): Tensor {
    const { weight, bias } = conv as nn.Conv2d;
    const features = torch.linear(pooled, weight.flatten(1), bias);
    const normed = norm === null
      ? features
      : norm.forward(features.unflatten(1, [-1, 1, 1])).flatten(1);
    return activate_(normed, this.#style.activation);
  }

  #maps(images: Tensor): Tensor[] {
    return chainGroups(
      this.#groups,
      activate_(convNorm(...this.#stem, images), this.#style.activation),
    );
  }

  /** (B, C, H, W) to the maps of the stages and the features. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const stages = this.#maps(images);
      const map = this.#pooled(stages.at(-1)!);
      if (this.#last === null || !this.poolsFirst) {
        return { stages, features: globalAvgPool(map) };
      }
      return { stages, features: this.#lastOf(globalAvgPool(map), ...this.#last) };
    });
  }

  /** (B, C, H, W) to the map that is pooled. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => this.#pooled(this.#maps(images).at(-1)!));
  }
}
