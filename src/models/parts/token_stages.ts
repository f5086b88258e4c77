/**
 * The stages of transformers and mixers that have none.
 *
 * @module
 */

import type { Module } from "../../nn/mod.ts";
import { scope, type Tensor } from "../../torch/mod.ts";
import { Backbone, type StagedFeatures } from "../backbone.ts";
import type { Grid } from "./positions.ts";

/**
 * After how many of `depth` blocks each of four stages ends: a quarter, a half, three quarters and all. Fewer than four
 * blocks are a stage each, so that no map is there twice.
 */
export function stageEnds(depth: number): number[] {
  const count = Math.min(depth, 4);
  return Array.from({ length: count }, (_, i) => Math.ceil(depth * (i + 1) / count));
}

/** The tokens of the patches as a map: (B, prefix + rows · columns, D) to (B, D, rows, columns), a view. */
export function asMap(tokens: Tensor, prefix: number, [rows, columns]: Grid): Tensor {
  return tokens.narrow(1, prefix, rows * columns).transpose(1, 2).unflatten(2, [rows, columns]);
}

/** A backbone of tokens: its stages are maps of them, which are made only if somebody wants them. */
export abstract class TokenBackbone extends Backbone {
  /** Height and width of a patch in pixels. */
  abstract readonly patchSize: number;

  /** The side of a patch for each of the stages. */
  override get stageReductions(): readonly number[] {
    return this.stageDims.map(() => this.patchSize);
  }

  /** The features of images; the maps of the stages are put into `stages`, if there is such a list. @ignore */
  protected abstract run(images: Tensor, stages?: Tensor[]): Tensor;

  /** Images (B, C, H, W) to a map (B, D, rows, columns) for each stage, and the features. */
  override forwardStages(images: Tensor): StagedFeatures {
    return scope(() => {
      const stages: Tensor[] = [];
      return { features: this.run(images, stages), stages };
    });
  }

  /** The features of images (B, C, H, W) before the head. */
  override features(images: Tensor): Tensor {
    return scope(() => this.run(images));
  }
}

/**
 * Passes tokens, which are freed, through blocks one after the other; after those where {@linkcode stageEnds} has a
 * stage end the patches' tokens, from `prefix` on, are put into `stages` as a map.
 */
export function throughBlocks(
  blocks: Iterable<Pick<Module, "forward">> & { readonly length: number },
  tokens: Tensor,
  { prefix, grid }: { prefix: number; grid: Grid },
  stages?: Tensor[],
): Tensor {
  const ends = stageEnds(blocks.length);
  let x = tokens;
  let done = 0;
  for (const block of blocks) {
    const next = block.forward(x);
    x.dispose();
    x = next;
    done++;
    if (ends.includes(done)) stages?.push(asMap(x, prefix, grid));
  }
  return x;
}
