/**
 * The vision transformer from images to tokens.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { fitPositions } from "./parts/fit_positions.ts";
import { PatchEmbed } from "./parts/patch_embed.ts";
import { checkGrid, type Grid, resamplePositions } from "./parts/positions.ts";
import { expandTokens } from "./parts/prefix_tokens.ts";
import { stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";
import { tokenNorm } from "./parts/token_norm.ts";
import { vitBlocks } from "./parts/vit_blocks.ts";
import type { CheckedVitOptions } from "./vit_options.ts";

/** What stands before the patches, and the deviation that its values start with. */
type Prefix = readonly [name: "cls_token" | "dist_token" | "reg_token", count: number, std: number];

/**
 * What vision transformers have in common: patches with the tokens before them and positions, and blocks. Parameters
 * have timm's names. Images are square, unless `dynamicImageSize` is on.
 */
export abstract class VitTrunk extends TokenBackbone {
  /** The tokens before the patches in order, (1, count, D) each: class token, distillation token, registers. */
  readonly prefixTokens: readonly Tensor[];
  /** The position embedding, (1, tokens, D). */
  readonly positions: Tensor;
  /** From images to tokens. */
  readonly patchEmbed: PatchEmbed;
  /** The norm before the blocks, or null. */
  readonly normPre: nn.LayerNorm | nn.RMSNorm | null = null;
  /** The transformer's blocks. */
  readonly blocks: nn.ModuleList;
  /** The width of the tokens, D. */
  override readonly featureDim: number;
  /** The number of classes; 0 where there is no head. */
  override readonly numClasses: number;
  /** D for each of the stages, which are four where there are as many blocks. */
  override readonly stageDims: readonly number[];
  /** Height and width of the images. */
  readonly imageSize: number;
  /** Height and width of a patch. */
  override readonly patchSize: number;
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /** Whether images of other sizes are taken. */
  readonly dynamicImageSize: boolean;
  /** How many tokens come before the patches. */
  readonly prefixCount: number;
  readonly #prefix: readonly Prefix[];
  /** How many of them have positions. */
  readonly #prefixPositions: number;

  /** Builds patches, tokens and blocks; `distilled` ones have a distillation token after the class token. */
  constructor(options: CheckedVitOptions, distilled = false) {
    super();
    const { imageSize, patchSize, inChannels, dim, depth } = options;
    const all: Prefix[] = [
      ["cls_token", Number(options.classToken), 1e-6],
      ["dist_token", Number(distilled), 0.02],
      ["reg_token", options.registers, 1e-6],
    ];
    this.#prefix = all.filter(([, count]) => count > 0);
    this.prefixCount = this.#prefix.reduce((sum, [, count]) => sum + count, 0);
    this.#prefixPositions = options.prefixPositions ? this.prefixCount : 0;
    this.prefixTokens = this.#prefix.map(([name, count, std]) =>
      this.#tokens(name, count, dim, std)
    );
    this.positions = this.#tokens("pos_embed", this.#prefixPositions + options.patches, dim, 0.02);
    this.patchEmbed = this.registerModule(
      "patch_embed",
      new PatchEmbed(patchSize, inChannels, dim, {
        bias: !options.preNorm,
        ragged: options.ragged,
      }),
    );
    if (options.preNorm) {
      this.normPre = this.registerModule("norm_pre", tokenNorm(dim, options));
    }
    this.blocks = this.registerModule("blocks", vitBlocks(options));
    this.featureDim = dim;
    this.numClasses = options.numClasses;
    this.imageSize = imageSize;
    this.patchSize = patchSize;
    const side = Math.floor(imageSize / patchSize);
    this.grid = [side, side];
    this.dynamicImageSize = options.dynamicImageSize;
    this.stageDims = stageEnds(depth).map(() => dim);
  }

  #tokens(name: string, count: number, dim: number, std: number): Tensor {
    const tokens = torch.scope(() => nn.init.normal_(torch.empty([1, count, dim]), 0, std));
    return this.registerParameter(name, tokens);
  }

  /**
   * The class token, (1, 1, D), or null.
   */
  get classToken(): Tensor | null {
    return this.#prefix[0]?.[0] === "cls_token" ? this.prefixTokens[0] : null;
  }

  /** Images to the tokens after the blocks; the maps of the stages are put into `stages`. @ignore */
  protected tokensOf(images: Tensor, grid: Grid, stages?: Tensor[]): Tensor {
    const tokens = torch.scope(() => this.#embed(images, grid));
    return throughBlocks(this.blocks, tokens, { prefix: this.prefixCount, grid }, stages);
  }

  /** Patches with the tokens before them and positions (Dosovitskiy et al. 2021, equation 1). */
  #embed(images: Tensor, grid: Grid): Tensor {
    const prefixTokens = this.#prefixPositions;
    const positions = resamplePositions(this.positions, grid, { from: this.grid, prefixTokens });
    const patches = this.patchEmbed.forward(images);
    const tokens = prefixTokens > 0
      ? expandTokens(this.prefixTokens, patches).add(positions)
      : expandTokens(this.prefixTokens, patches.add(positions));
    return this.normPre?.forward(tokens) ?? tokens;
  }

  /** Rows and columns of patches of images. @ignore */
  protected gridOf(images: Tensor): Grid {
    const grid = this.patchEmbed.grid(images);
    if (!this.dynamicImageSize) checkGrid(this.constructor.name, grid, this.grid, images);
    return grid;
  }

  /**
   * A state dict of the same network fitted to this one: its position embedding is interpolated to this one's grid,
   * tokens before the patches that have positions on one side only are reconciled (to the same outputs), and DINOv2's
   * mask token, which only its training uses, left out. Everything else is passed on as it is.
   *
   * @throws {ShapeError} if the position embedding is of another number of tokens before the patches.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const { mask_token: _, ...adapted } = state;
    const classToken = this.classToken !== null;
    return fitPositions(adapted, {
      model: this.constructor.name,
      grid: this.grid,
      classToken,
      registers: this.prefixCount - Number(classToken),
      positions: this.#prefixPositions > 0 || this.prefixCount === 0,
    });
  }
}
