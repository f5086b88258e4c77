/**
 * From images of any shape to tokens with positions.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import {
  factorizedPositions,
  type FlexibleOptions,
  flexiblePositions,
} from "./flexible_positions.ts";
import type { Grid } from "./positions.ts";
import { patchGrid } from "./patch_embed.ts";
import { expandTokens } from "./prefix_tokens.ts";

/** What makes one {@linkcode NaFlexEmbeds} another. */
export interface NaFlexEmbedsOptions extends FlexibleOptions {
  /** Channels of the images. */
  readonly inChannels: number;
  /** Height and width of a patch in pixels. */
  readonly patchSize: number;
  /** The width of the tokens. */
  readonly dim: number;
  /** Whether there is a class token. */
  readonly classToken: boolean;
  /** The number of register tokens. */
  readonly registers: number;
  /** Rows and columns of the learned positions. */
  readonly gridSize: number;
  /** Whether positions are the sums of those of rows and those of columns. */
  readonly factorized: boolean;
}

/**
 * Patches of an image of any shape as tokens, with positions that are resized to its grid, after class token and
 * registers, which have none (Tschannen et al., SigLIP 2, 2025, section 2.4.2). Keys as timm's: `cls_token`, `reg_token`,
 * `pos_embed` (1, grid, grid, D), or `pos_embed_y`, `pos_embed_x` (1, grid, D), `proj` (D, patch² · C).
 */
export class NaFlexEmbeds extends nn.Module {
  /** From the pixels of a patch, row by row with channels last, to a token. */
  readonly proj: nn.Linear;
  readonly #prefix: Tensor[];
  /** One map of positions, or those of rows and those of columns. */
  readonly #positions: Tensor[];
  readonly #options: NaFlexEmbedsOptions;

  /** Makes the layer with timm's first values. */
  constructor(options: NaFlexEmbedsOptions) {
    super();
    const { inChannels, patchSize, dim, classToken, registers, gridSize, factorized } = options;
    this.#options = options;
    this.#prefix = [
      ...(classToken ? [this.#learned("cls_token", [1, 1, dim], 1e-6)] : []),
      ...(registers > 0 ? [this.#learned("reg_token", [1, registers, dim], 1e-6)] : []),
    ];
    this.#positions = factorized
      ? ["pos_embed_y", "pos_embed_x"].map((name) => this.#learned(name, [1, gridSize, dim], 0.02))
      : [this.#learned("pos_embed", [1, gridSize, gridSize, dim], 0.02)];
    this.proj = new nn.Linear(patchSize ** 2 * inChannels, dim);
  }

  #learned(name: string, shape: number[], std: number): Tensor {
    const values = torch.scope(() => nn.init.normal_(torch.empty(shape), 0, std));
    return this.registerParameter(name, values);
  }

  /**
   * How many patches an image has, down and across.
   *
   * @throws {ShapeError} if images are not (B, C, H, W), or patches do not tile them.
   */
  grid(images: Tensor): Grid {
    return patchGrid(images, this.#options.inChannels, this.#options.patchSize);
  }

  /** (B, C, H, W) to (B, prefix + N, D), row by row. */
  override forward(images: Tensor): Tensor {
    const { patchSize: p, inChannels } = this.#options;
    const [rows, columns] = this.grid(images);
    const pixels = images.reshape(-1, inChannels, rows, p, columns, p)
      .permute(0, 2, 4, 3, 5, 1).reshape(-1, rows * columns, p * p * inChannels);
    const patches = this.proj.forward(pixels).add(this.#positionsOf([rows, columns]));
    return expandTokens(this.#prefix, patches);
  }

  #positionsOf(grid: Grid): Tensor {
    const [first, second] = this.#positions;
    return second === undefined
      ? flexiblePositions(first, grid, this.#options)
      : factorizedPositions(first, second, grid, this.#options);
  }
}
