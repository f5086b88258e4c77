/**
 * Group normalization.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize } from "../options.ts";

/** Options of {@linkcode GroupNorm}. */
export interface GroupNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether there are a weight and a bias; true by default. */
  affine?: boolean;
  /** Whether there is a bias beside the weight; true by default. */
  bias?: boolean;
}

/**
 * Group normalization (Wu and He 2018): over groups of channels, for every sample by itself.
 *
 * Shapes: (B, C, *). Keys: `weight`, `bias`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.GroupNorm(2, 8);
 * norm.forward(torch.randn([4, 8, 5, 5])).shape; // [4, 8, 5, 5]
 * ```
 */
export class GroupNorm extends Module {
  /** The number of groups. */
  readonly numGroups: number;
  /** The number of channels. */
  readonly numChannels: number;
  /** Added to the variance. */
  readonly eps: number;
  /** The scale, (C), or null. */
  readonly weight: Tensor | null = null;
  /** What is added, (C), or null. */
  readonly bias: Tensor | null = null;

  /**
   * Splits the channels into groups.
   *
   * @throws {ArgumentError} if the channels cannot be split evenly, or an option cannot be used.
   */
  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    checkKnown("GroupNorm", options, ["eps", "affine", "bias"]);
    checkNumber("GroupNorm", "eps", options.eps ?? 1e-5, 0);
    checkSize("GroupNorm", "numGroups", numGroups);
    checkSize("GroupNorm", "numChannels", numChannels);
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError(
        `GroupNorm: ${numChannels} channels cannot be split into ${numGroups} equal groups.`,
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = options.eps ?? 1e-5;
    if (options.affine ?? true) {
      this.weight = this.registerParameter("weight", torch.ones([numChannels]));
      if (options.bias ?? true) {
        this.bias = this.registerParameter("bias", torch.zeros([numChannels]));
      }
    }
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return torch.groupNorm(input, this.numGroups, this.weight, this.bias, this.eps);
  }

  /** Groups and channels. */
  protected override describe(): string {
    return `${this.numGroups}, ${this.numChannels}`;
  }
}
