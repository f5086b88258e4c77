/**
 * Stages that begin with what halves the map.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Stage } from "./stage.ts";

/** A stage: what halves the map before it, and its blocks. Keys as timm's: `downsample`, `blocks`. */
export class DownsampledStage extends nn.Module {
  /** What halves the map, if anything does. */
  readonly downsample?: nn.Module;
  /** The blocks. */
  readonly blocks: Stage;

  /** From what halves the map and the blocks. */
  constructor(downsample: nn.Module | undefined, blocks: readonly nn.Module[]) {
    super();
    if (downsample !== undefined) this.downsample = downsample;
    this.blocks = new Stage(...blocks);
  }

  /** (B, C, H, W) to (B, D, H / 2, W / 2), or to its own size. */
  override forward(x: Tensor): Tensor {
    const halved = this.downsample?.forward(x) ?? x;
    const map = this.blocks.forward(halved);
    if (halved !== x) halved.dispose();
    return map;
  }
}

/**
 * The layers of a network of a stem and such stages, for learning rates by layer: the stem, and each block, with what
 * halves the map before it.
 *
 * @param depths The blocks of each stage.
 */
export function downsampledLayers(depths: readonly number[]): string[][] {
  return [
    ["stem"],
    ...depths.flatMap((depth, i) =>
      Array.from({ length: depth }, (_, at) => [
        ...(at === 0 && i > 0 ? [`stages.${i}.downsample`] : []),
        `stages.${i}.blocks.${at}`,
      ])
    ),
  ];
}
