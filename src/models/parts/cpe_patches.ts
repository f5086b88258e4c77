/**
 * RADIO's patches with positions of cropped images.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { flexiblePositions } from "./flexible_positions.ts";
import { patchGrid } from "./patch_embed.ts";
import type { Grid } from "./positions.ts";
import { expandTokens } from "./prefix_tokens.ts";

/** What makes one {@linkcode CpePatches} another. */
export interface CpePatchesOptions {
  /** Channels of the images. */
  readonly inChannels: number;
  /** Height and width of a patch in pixels. */
  readonly patchSize: number;
  /** The width of the tokens. */
  readonly dim: number;
  /** Rows and columns of the learned positions. */
  readonly gridSize: number;
  /** Whether the outermost positions stay outermost where they are resized. */
  readonly alignCorners: boolean;
  /** How many tokens come before the patches. */
  readonly tokens: number;
}

/**
 * Cropped position embedding (Ranzinger et al., AM-RADIO, 2024, section 3.3): the positions of an image are the upper left
 * part of those that are learned, resized to the longer side. Keys as NVIDIA's: `embedder` (D, C · patch²), `pos_embed`
 * (1, grid², D), `cls_token.token` (tokens, D).
 */
export class CpePatches extends nn.Module {
  /** From the pixels of a patch, channel by channel, to a token. */
  readonly embedder: nn.Linear;
  readonly #positions: Tensor;
  readonly #tokens: Tensor;
  readonly #options: CpePatchesOptions;

  /** Makes the layer with NVIDIA's first values. */
  constructor(options: CpePatchesOptions) {
    super();
    const { inChannels, patchSize, dim, gridSize, tokens } = options;
    this.#options = options;
    this.embedder = new nn.Linear(inChannels * patchSize ** 2, dim, { bias: false });
    const learned = (shape: number[]) =>
      torch.scope(() => nn.init.normal_(torch.empty(shape), 0, dim ** -0.5));
    this.#positions = this.registerParameter("pos_embed", learned([1, gridSize ** 2, dim]));
    const token = this.registerModule("cls_token", new TokenHolder(learned([tokens, dim])));
    this.#tokens = token.token;
  }

  /**
   * How many patches an image has, down and across.
   *
   * @throws {ShapeError} if images are not (B, C, H, W), or patches do not tile them.
   */
  grid(images: Tensor): Grid {
    return patchGrid(images, this.#options.inChannels, this.#options.patchSize);
  }

  /** (B, C, H, W) to (B, tokens + N, D), row by row. */
  override forward(images: Tensor): Tensor {
    const { inChannels, patchSize, dim, gridSize, alignCorners } = this.#options;
    const weight = this.embedder.weight.reshape(dim, inChannels, patchSize, patchSize);
    const patches = torch.conv2d(images, weight, null, patchSize).flatten(2).transpose(1, 2);
    const positions = flexiblePositions(
      this.#positions.unflatten(1, [gridSize, gridSize]),
      this.grid(images),
      { interpolation: "bilinear", antialias: false, keepsAspect: true, alignCorners },
    );
    return expandTokens([this.#tokens.unsqueeze(0)], patches.add(positions));
  }
}

/** Holds the tokens under NVIDIA's name. */
class TokenHolder extends nn.Module {
  readonly token: Tensor;

  constructor(token: Tensor) {
    super();
    this.token = this.registerParameter("token", token);
  }

  override forward(): Tensor {
    return this.token;
  }
}
