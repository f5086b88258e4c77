/**
 * From images to tokens.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { Grid } from "./positions.ts";

/**
 * How many patches of `patchSize` pixels an image has, down and across; with `ragged`, also of one that they do not tile.
 *
 * @throws {ShapeError} if images are not (B, channels, H, W), or patches do not tile them.
 */
export function patchGrid(
  images: Tensor,
  channels: number,
  patchSize: number,
  ragged = false,
): Grid {
  const { shape } = images;
  const [, found, height, width] = shape;
  if (shape.length === 4 && found === channels && ragged) {
    return [Math.floor(height / patchSize), Math.floor(width / patchSize)];
  }
  if (shape.length !== 4 || found !== channels || height % patchSize || width % patchSize) {
    throw new ShapeError(
      `Images must be (B, ${channels}, H, W) with sides that are multiples of a patch's ${patchSize} pixels, ` +
        `got [${shape.join(", ")}].`,
    );
  }
  return [height / patchSize, width / patchSize];
}

/** Options of {@linkcode PatchEmbed}. */
export interface PatchEmbedOptions {
  /** Whether tokens have a bias; true by default. */
  readonly bias?: boolean;
  /** Whether images may have pixels to the right and below that fill no patch, and are not seen; false by default. */
  readonly ragged?: boolean;
  /** Makes a norm of the tokens; there is none by default. */
  readonly norm?: (dim: number) => nn.Module;
}

/**
 * Cuts images into patches and turns each into a token (Dosovitskiy et al., An image is worth 16x16 words, 2021,
 * equation 1), and may normalize those. Keys as timm's: `proj` (D, C, patch, patch), `norm`.
 */
export class PatchEmbed extends nn.Module {
  /** Height and width of a patch in pixels. */
  readonly patchSize: number;
  /** The convolution whose windows are the patches. */
  readonly proj: nn.Conv2d;
  readonly #ragged: boolean;
  /** The norm of the tokens, or null. */
  readonly norm: nn.Module | null;

  /** From patches of `patchSize` pixels and `inChannels` channels to tokens of width `dim`. */
  constructor(
    patchSize: number,
    inChannels: number,
    dim: number,
    options: PatchEmbedOptions = {},
  ) {
    super();
    const { bias, ragged = false, norm } = options;
    this.patchSize = patchSize;
    this.#ragged = ragged;
    this.proj = new nn.Conv2d(inChannels, dim, patchSize, { stride: patchSize, bias });
    this.norm = norm?.(dim) ?? null;
  }

  /**
   * How many patches an image has, down and across.
   *
   * @throws {ShapeError} if images are not (B, C, H, W), or patches do not tile them.
   */
  grid(images: Tensor): Grid {
    return patchGrid(images, this.proj.inChannels, this.patchSize, this.#ragged);
  }

  /** (B, C, H, W) to (B, N, D), row by row. */
  override forward(images: Tensor): Tensor {
    const tokens = this.proj.forward(images).flatten(2).transpose(1, 2);
    return this.norm?.forward(tokens) ?? tokens;
  }
}
