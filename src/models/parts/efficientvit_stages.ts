/**
 * The stem and the stages of MIT's EfficientViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import { ConvNormAct } from "./conv_norm_act.ts";
import {
  type BlockStyle,
  EfficientVitBlock,
  LocalBlock,
  type LocalBlockOptions,
  Shortcut,
} from "./efficientvit_blocks.ts";
import { NamedChain } from "./named_chain.ts";
import { Stage } from "./stage.ts";

/** Activation and norms of a network. */
export function styleOf(isLarge: boolean): BlockStyle {
  return isLarge
    ? { activation: "geluTanh", norm: { eps: 1e-7 } }
    : { activation: "hardswish", norm: {} };
}

/** What a stage is made of. */
interface Plan extends Pick<LocalBlockOptions, "kind" | "bare"> {
  /** By how much the block that halves the map is wider within. */
  readonly halving: number;
  /** By how much the others are. */
  readonly expansion: number;
  /** Whether the others have attention. */
  readonly attends: boolean;
  /** Whether the block that halves the map is one of the stage's depth. */
  readonly counts: boolean;
}

const near = { kind: "inverted", halving: 4, expansion: 4, attends: false, counts: true } as const;
const far = { ...near, bare: true, attends: true, counts: false };
const fused = { ...near, kind: "fused", halving: 16, counts: false } as const;

/** Cai et al. 2023, figure 5: attention where maps are small. */
const SMALL: readonly Plan[] = [near, near, far, far];
const LARGE: readonly Plan[] = [
  fused,
  fused,
  { ...fused, kind: "inverted", bare: true },
  { ...far, halving: 24, expansion: 6 },
];

/** A convolution that halves the image, and `depth` blocks. Keys as timm's: `in_conv`, `res0`, … */
export function efficientVitStem(
  inChannels: number,
  width: number,
  depth: number,
  isLarge: boolean,
): NamedChain {
  const style = styleOf(isLarge);
  const kind = isLarge ? "plain" : "depthwise";
  const halving = { ...style, kernel: 3, stride: 2, keys: ["conv", "norm"] } as const;
  const blocks = Array.from({ length: depth }, (_, i): [string, nn.Module] => [
    `res${i}`,
    new Shortcut(new LocalBlock(width, width, { ...style, kind, expansion: 1 })),
  ]);
  const first = new ConvNormAct(inChannels, width, halving);
  return new NamedChain({ in_conv: first, ...Object.fromEntries(blocks) });
}

/** The four stages, from the widths and depths of the stem and each of them. Keys as timm's: `0.blocks.0`, … */
export function efficientVitStages(
  widths: readonly number[],
  depths: readonly number[],
  headDim: number,
  isLarge: boolean,
): nn.ModuleList {
  const style = styleOf(isLarge);
  const stages = (isLarge ? LARGE : SMALL).map((plan, i) => {
    const [before, width] = widths.slice(i, i + 2);
    const { halving, expansion, attends, counts } = plan;
    const local = { ...style, ...plan };
    const first = new LocalBlock(before, width, { ...local, stride: 2, expansion: halving });
    const others = Array.from(
      { length: depths[i + 1] - (counts ? 1 : 0) },
      () =>
        attends
          ? new EfficientVitBlock(width, { ...style, headDim, expansion })
          : new Shortcut(new LocalBlock(width, width, local)),
    );
    return new NamedChain({ blocks: new Stage(new Shortcut(first, false), ...others) });
  });
  return new nn.ModuleList(stages);
}
