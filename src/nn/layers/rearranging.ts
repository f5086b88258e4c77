/**
 * Layers without weights that move values between channels and pixels, or between channels.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "../functional/rearranging.ts";
import { Module } from "../module.ts";
import { checkSize } from "../options.ts";

/**
 * Makes pixels of channels (Shi et al. 2016): an image larger by a factor r, of r² times fewer channels.
 *
 * Shapes: (…, C r², H, W) to (…, C, H r, W r).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.PixelShuffle(2).forward(torch.ones([1, 8, 3, 3])).shape; // [1, 2, 6, 6]
 * ```
 */
export class PixelShuffle extends Module {
  /** By how much an image grows. */
  readonly upscaleFactor: number;

  /**
   * For a factor.
   *
   * @throws {ArgumentError} if the factor is not a whole number of at least 1.
   */
  constructor(upscaleFactor: number) {
    super();
    checkSize("PixelShuffle", "upscaleFactor", upscaleFactor);
    this.upscaleFactor = upscaleFactor;
  }

  /**
   * Shapes: (…, C r², H, W) to (…, C, H r, W r).
   *
   * @throws {ShapeError} if the channels cannot be split so.
   */
  override forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }

  /** The factor. */
  protected override describe(): string {
    return `${this.upscaleFactor}`;
  }
}

/**
 * Makes channels of pixels, the opposite of {@linkcode PixelShuffle}.
 *
 * Shapes: (…, C, H r, W r) to (…, C r², H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.PixelUnshuffle(2).forward(torch.ones([1, 2, 6, 6])).shape; // [1, 8, 3, 3]
 * ```
 */
export class PixelUnshuffle extends Module {
  /** By how much an image shrinks. */
  readonly downscaleFactor: number;

  /**
   * For a factor.
   *
   * @throws {ArgumentError} if the factor is not a whole number of at least 1.
   */
  constructor(downscaleFactor: number) {
    super();
    checkSize("PixelUnshuffle", "downscaleFactor", downscaleFactor);
    this.downscaleFactor = downscaleFactor;
  }

  /**
   * Shapes: (…, C, H r, W r) to (…, C r², H, W).
   *
   * @throws {ShapeError} if a side is not a multiple of the factor.
   */
  override forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor);
  }

  /** The factor. */
  protected override describe(): string {
    return `${this.downscaleFactor}`;
  }
}

/**
 * Takes the channels of groups in turn: the first of each, then the second of each, … (Zhang et al. 2017, ShuffleNet).
 *
 * Shapes: (B, C, *), the input's own.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const image = torch.tensor([0, 1, 2, 3]).reshape(1, 4, 1, 1);
 * new nn.ChannelShuffle(2).forward(image).flatten(); // [0, 2, 1, 3]
 * ```
 */
export class ChannelShuffle extends Module {
  /** The number of groups. */
  readonly groups: number;

  /**
   * For a number of groups.
   *
   * @throws {ArgumentError} if the number is not a whole number of at least 1.
   */
  constructor(groups: number) {
    super();
    checkSize("ChannelShuffle", "groups", groups);
    this.groups = groups;
  }

  /**
   * Shapes: the input's own.
   *
   * @throws {ShapeError} if the channels cannot be split into the groups.
   */
  override forward(input: Tensor): Tensor {
    return channelShuffle(input, this.groups);
  }

  /** The number of groups. */
  protected override describe(): string {
    return `${this.groups}`;
  }
}
