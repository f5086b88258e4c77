/**
 * The ways to put the block of a vision transformer together.
 *
 * @module
 */

import type { Module } from "../../nn/mod.ts";
import { PairedBlock } from "./paired_block.ts";
import { PostNormBlock } from "./post_norm_block.ts";
import { VitBlock, type VitBlockOptions } from "./vit_block.ts";

/**
 * How a block is put together: `"pre"` with norms at the beginnings of its branches, `"post"` at their ends, `"paired"` with
 * two branches of each kind side by side.
 */
export type VitBlockKind = "pre" | "post" | "paired";

/** What makes a block of each kind. */
export const VIT_BLOCKS: Readonly<
  Record<VitBlockKind, new (dim: number, dropPath: number, options: VitBlockOptions) => Module>
> = { pre: VitBlock, post: PostNormBlock, paired: PairedBlock };
