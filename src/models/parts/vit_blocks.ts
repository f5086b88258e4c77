/**
 * The ways to put the block of a vision transformer together.
 *
 * @module
 */

import { type Module, ModuleList } from "../../nn/mod.ts";
import { dropPathRates } from "./drop_path.ts";
import { JointBlock } from "./joint_block.ts";
import { PairedBlock } from "./paired_block.ts";
import { PostNormBlock } from "./post_norm_block.ts";
import { VitBlock, type VitBlockOptions } from "./vit_block.ts";

/**
 * How a block is put together: `"pre"` with norms at the beginnings of its branches, `"post"` at their ends, `"paired"` with
 * two branches of each kind side by side, `"joint"` with attention and MLP side by side.
 */
export type VitBlockKind = "pre" | "post" | "paired" | "joint";

/** What makes a block of each kind. */
export const VIT_BLOCKS: Readonly<
  Record<VitBlockKind, new (dim: number, dropPath: number, options: VitBlockOptions) => Module>
> = { pre: VitBlock, post: PostNormBlock, paired: PairedBlock, joint: JointBlock };

/** What makes the blocks of one vision transformer others than those of another. */
export interface VitBlocksOptions extends VitBlockOptions {
  /** The width of the tokens. */
  readonly dim: number;
  /** How many blocks there are. */
  readonly depth: number;
  /** The probability that the last block's branches are left out. */
  readonly dropPath: number;
  /** How a block is put together. */
  readonly block: VitBlockKind;
}

/** The blocks of a vision transformer, whose branches are left out the more often the later they come. */
export function vitBlocks(options: VitBlocksOptions): ModuleList {
  const { dim, depth, dropPath, block } = options;
  const Block = VIT_BLOCKS[block];
  const rates = dropPathRates(dropPath, depth);
  return new ModuleList(rates.map((rate, index) => new Block(dim, rate, { ...options, index })));
}
