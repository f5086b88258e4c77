/**
 * Branches on the tokens of transformers and mixers.
 *
 * @module
 */

import { PatchMerging } from "../../models/parts/swin_blocks.ts";
import { initTruncNormal } from "../../models/parts/trunc_normal_init.ts";
import { VitBlock } from "../../models/parts/vit_block.ts";
import { ModuleList, Sequential } from "../../nn/layers/containers.ts";
import { Linear } from "../../nn/layers/linear.ts";
import { Module } from "../../nn/module.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";

/** The sides of the grid that larger ones are merged to. */
const mergedSide = 7;

/** What a branch on tokens is built for. */
export interface TokenBranchOptions {
  /** The width of the tokens. */
  readonly dim: number;
  /** Rows and columns of the tokens. */
  readonly grid: readonly [rows: number, columns: number];
  /** The width of the merged tokens. */
  readonly width: number;
  /** How many transformer blocks there are. */
  readonly blocks: number;
  /** The number of classes. */
  readonly numClasses: number;
}

/**
 * A branch from the tokens of a stage, as a map (B, dim, rows, columns), to logits (B, numClasses), as OFA has it for
 * students of tokens (Hao et al. 2023, arXiv 2310.19444): 2x2 tokens become one, again and again, as long as no fewer than 7x7
 * are left; blocks of a vision transformer; mean over the tokens; linear layer. A smaller grid stays as it is, and where
 * nothing is merged a linear layer widens tokens of another width (ours: the official code fails there). Grids with odd sides
 * are padded as in Swin (ours).
 */
export class TokenBranch extends Module {
  /** What makes one token of 2x2. */
  readonly merges: ModuleList;
  /** What widens the tokens where nothing is merged, or null. */
  readonly widen: Linear | null;
  /** The transformer's blocks. */
  readonly blocks: Sequential;
  /** From the mean over the tokens to logits. */
  readonly head: Linear;

  /** Builds the branch with fresh weights. */
  constructor({ dim, grid, width, blocks, numClasses }: TokenBranchOptions) {
    super();
    const count = Math.max(Math.floor(Math.log2(Math.min(...grid) / mergedSide)), 0);
    this.merges = new ModuleList(
      Array.from({ length: count }, (_, i) => new PatchMerging(i === 0 ? dim : width, width)),
    );
    this.widen = count === 0 && dim !== width ? new Linear(dim, width) : null;
    this.blocks = new Sequential(
      ...Array.from({ length: blocks }, () =>
        new VitBlock(width, 0, {
          heads: headsOf(width),
          hidden: 4 * width,
          activation: "gelu",
          qkvBias: false,
          eps: 1e-5,
        })),
    );
    this.head = new Linear(width, numClasses);
    initTruncNormal(this, [Linear]);
  }

  /** (B, dim, rows, columns) to (B, numClasses). */
  override forward(map: Tensor): Tensor {
    return scope(() => {
      const merged = this.#merge(map.permute(0, 2, 3, 1)).flatten(1, 2);
      const tokens = this.widen?.forward(merged) ?? merged;
      return this.head.forward(this.blocks.forward(tokens).mean(1));
    });
  }

  /** GELU follows each merging but the last of several. */
  #merge(map: Tensor): Tensor {
    const { length } = this.merges;
    return [...this.merges].reduce((x, merge, i) => {
      const next = merge.forward(x);
      return i > 0 && i === length - 1 ? next : next.gelu();
    }, map);
  }
}

/** Four heads, or as many as divide the width (ours). */
function headsOf(width: number): number {
  return [4, 2, 1].find((heads) => width % heads === 0)!;
}
