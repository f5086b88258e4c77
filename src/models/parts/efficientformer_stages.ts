/**
 * The stem and the stages of EfficientFormerV2.
 *
 * @module
 */

import { dropPathRates } from "./drop_path.ts";
import { biasedConv, MapAttention } from "./efficientformer_attention.ts";
import { EfficientFormerBlock, Halving } from "./efficientformer_blocks.ts";
import { NamedChain } from "./named_chain.ts";
import { checkBlocks, checkFactors, checkList } from "./size_checks.ts";
import { Stage } from "./stage.ts";

/** What the stages are made of. */
export interface EfficientFormerShape {
  /** Channels of each stage. */
  readonly dims: readonly number[];
  /** For each stage the factors by which its blocks' hidden layers are wider. */
  readonly expansions: readonly (readonly number[])[];
  /** How many blocks at the end of each of the last two stages have attention. */
  readonly attentive: number;
}

/**
 * Checks the factors of each stage, and returns how many blocks it has.
 *
 * @throws {ArgumentError} naming the model and what is wrong.
 */
export function checkExpansions(
  model: string,
  expansions: EfficientFormerShape["expansions"],
): number[] {
  const depths = Array.isArray(expansions) ? expansions.map((list) => list?.length) : [];
  checkList(model, "the numbers of expansions", depths, 4);
  checkBlocks(model, "expansions", depths.reduce((a, b) => a + b));
  for (const [i, factors] of expansions.entries()) {
    const named = factors.map((factor, at) => [`expansions[${i}][${at}]`, factor]);
    checkFactors(model, Object.fromEntries(named));
  }
  return depths;
}

/** Two convolutions, which make the image four times smaller. Keys as timm's: `conv1`, `conv2`. */
export function efficientFormerStem(inChannels: number, width: number): NamedChain {
  const halving = { activation: "gelu", kernel: 3, stride: 2 } as const;
  const half = Math.floor(width / 2);
  return new NamedChain({
    conv1: biasedConv(inChannels, half, halving),
    conv2: biasedConv(half, width, halving),
  });
}

/** The four stages for square images of a size. Keys as timm's: `0.blocks`, `1.downsample`, … */
export function efficientFormerStages(
  { dims, expansions, attentive }: EfficientFormerShape,
  imageSize: number,
  dropPath: number,
): NamedChain[] {
  const rates = dropPathRates(dropPath, expansions.flat().length);
  let side = Math.ceil(imageSize / 4);
  return dims.map((dim, i) => {
    const before = side;
    if (i > 0) side = Math.ceil(before / 2);
    const blocks = expansions[i].map((expansion, at) => {
      const attends = i >= 2 && at >= expansions[i].length - attentive;
      const mixer = attends ? new MapAttention(dim, [side, side], i === 2 ? 2 : 1) : null;
      return new EfficientFormerBlock(dim, expansion, rates.shift()!, mixer);
    });
    return new NamedChain({
      ...(i > 0 && {
        downsample: new Halving(dims[i - 1], dim, i === 3 ? [before, before] : null),
      }),
      blocks: new Stage(...blocks),
    });
  });
}
