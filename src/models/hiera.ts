/**
 * Hiera.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { HieraOptions } from "./hiera_options.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { HIERA_EPS, HieraBlock, reroll, unroll } from "./parts/hiera_blocks.ts";
import { HIERA_STRIDE, HIERA_UNIT, tokensAcross } from "./parts/hiera_checks.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import { patchGrid } from "./parts/patch_embed.ts";
import { checkGrid, type Grid, resamplePositions } from "./parts/positions.ts";
import { chainGroups, groupsEndingAt } from "./parts/stage.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

/** The stages in which attention is within units. */
const unitStages = 2;

/**
 * Hiera: a hierarchical vision transformer without the bells and whistles (Ryali et al. 2023): no convolutions but for the first,
 * no shifts, no relative positions; attention within units in the first two stages, and of all tokens in the last. Parameters
 * have timm's names. Its stages are at strides 4, 8, 16 and 32; images are of the one size that it was built for.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = models.create("hiera_tiny_224", { numClasses: 10, imageSize: 64 });
 * model.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class Hiera extends Backbone {
  /** The position embedding: of all tokens (1, N, D), or of the whole image (1, D, rows, columns). */
  readonly positions: Tensor;
  /** The position embedding of every unit, (1, D, 8, 8), or null. */
  readonly unitPositions: Tensor | null = null;
  /** The blocks of all stages. */
  readonly blocks: nn.ModuleList;
  /** Height and width of the images. */
  readonly imageSize: number;
  /** Widths of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** The width of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #patches: nn.Conv2d;
  readonly #grid: Grid;
  readonly #ends: readonly number[];
  readonly #head: NamedHead;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: HieraOptions) {
    super();
    const { dim, heads, depths, imageSize = 224, mlpRatio = 4, layerScale } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("Hiera", options);
    const side = tokensAcross(options, imageSize, inChannels);
    this.stageDims = depths.map((_, i) => dim * 2 ** i);
    this.stageReductions = depths.map((_, i) => HIERA_STRIDE * 2 ** i);
    this.featureDim = this.stageDims.at(-1)!;
    this.numClasses = numClasses;
    this.imageSize = imageSize;
    this.#grid = [side, side];
    this.#ends = depths.map((_, i) => depths.slice(0, i + 1).reduce((a, b) => a + b) - 1);

    const positions = (name: string, shape: readonly number[]) =>
      this.registerParameter(name, nn.init.truncNormal_(torch.empty(shape), 0, 0.02));
    const { globalPositions: whole } = options;
    if (whole === undefined) this.positions = positions("pos_embed", [1, side * side, dim]);
    else {
      this.positions = positions("pos_embed", [1, dim, whole, whole]);
      this.unitPositions = positions("pos_embed_win", [1, dim, HIERA_UNIT, HIERA_UNIT]);
    }
    this.#patches = new nn.Conv2d(inChannels, dim, 7, { stride: HIERA_STRIDE, padding: 3 });
    this.registerModule("patch_embed", new NamedChain({ proj: this.#patches }));
    const rates = dropPathRates(dropPath, this.#ends.at(-1)! + 1);
    const units = (side / HIERA_UNIT) ** 2;
    const blocks = this.stageDims.flatMap((width, i) =>
      rates.splice(0, depths[i]).map((rate, at) => {
        // A stage begins with a block that pools, and attends as the stage before does.
        const before = at === 0 && i > 0 ? i - 1 : i;
        return new HieraBlock(this.stageDims[before], width, {
          ...{ heads: heads * 2 ** i, mlpRatio, layerScale, dropPath: rate },
          ...{ units: before < unitStages ? units : 1, expands: options.expands ?? true },
        });
      })
    );
    this.blocks = new nn.ModuleList(blocks);
    const norm = new nn.LayerNorm(this.featureDim, { eps: HIERA_EPS });
    const fc = classifierHead(this.featureDim, numClasses, dropout);
    this.#head = this.registerModule("head", new NamedHead(fc, { norm }));
    initTruncNormal(this, [nn.Linear]);
    shrink(blocks, fc);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the normed mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const groups = groupsEndingAt([...this.blocks], this.#ends.slice(0, -1));
      const ends = chainGroups(groups, this.#tokens(images));
      const features = this.#head.forward(ends.at(-1)!.mean(1));
      const levels = ends.length - 1;
      const stages = ends.map((tokens, i) => {
        const [rows, columns] = this.#grid.map((side) => side / 2 ** i);
        return reroll(tokens, levels - i, [rows, columns]);
      });
      return { stages, features };
    });
  }

  #tokens(images: Tensor): Tensor {
    const grid = patchGrid(images, this.#patches.inChannels, HIERA_STRIDE);
    checkGrid("Hiera", grid, this.#grid, images);
    const map = this.#patches.forward(images);
    const levels = this.stageDims.length - 1;
    if (this.unitPositions === null) {
      const tokens = map.flatten(2).add(this.positions.mT).unflatten(2, [...grid]);
      return unroll(tokens, levels);
    }
    const whole = torch.upsampleBicubic2dAntialias(this.positions, [...grid], false);
    const tiled = this.unitPositions.tile(grid.map((side) => side / HIERA_UNIT));
    return unroll(map.add(whole.add(tiled)), levels);
  }

  /** A state dict of the same network for images of another size, with positions interpolated to this one's. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const { pos_embed: given } = state;
    if (given?.ndim !== 3 || this.unitPositions !== null) return { ...state };
    const positions = torch.noGrad(() => resamplePositions(given, this.#grid, { prefixTokens: 0 }));
    return { ...state, pos_embed: positions };
  }
}

/** The deeper a block, the less it adds at first; the classifier begins near 0. */
function shrink(blocks: readonly HieraBlock[], head: nn.Module): void {
  blocks.forEach((block, i) => {
    for (const { weight } of [block.attn.proj, block.mlp.fc2]) {
      nn.init.truncNormal_(weight, 0, 0.02 / Math.sqrt(2 * (i + 1)));
    }
  });
  if (head instanceof nn.Linear) nn.init.truncNormal_(head.weight, 0, 2e-5);
}
