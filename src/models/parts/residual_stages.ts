/**
 * Stages of residual blocks.
 *
 * @module
 */

import type { Module } from "../../nn/mod.ts";
import type { ResidualBlockOptions, ResidualStyle } from "./residual_block.ts";
import { Stage } from "./stage.ts";

/** A class of residual blocks. */
export interface ResidualBlockClass {
  /** Channels that come out, by `width`. */
  readonly expansion: number;
  /** From `before` channels to `width` times the expansion. */
  new (before: number, width: number, options?: ResidualBlockOptions): Module;
}

/**
 * Stages of residual blocks for images that come with `before` channels. All but the first halve the map.
 *
 * @param blocks The blocks of each stage.
 * @param widths The `width` of each stage's blocks; they give as many channels times their expansion.
 * @param rates The probability of leaving out the branch, for each block.
 */
export function residualStages(
  blocks: readonly ResidualBlockClass[],
  before: number,
  widths: readonly number[],
  depths: readonly number[],
  rates: readonly number[],
  style: ResidualStyle = {},
): Stage[] {
  let made = 0;
  return widths.map((width, stage) => {
    const block = blocks[stage];
    const row = Array.from({ length: depths[stage] }, (_, i) => {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const own = new block(before, width, { ...style, stride, dropPath: rates[made++] });
      before = width * block.expansion;
      return own;
    });
    return new Stage(...row);
  });
}
