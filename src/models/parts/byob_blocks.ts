/**
 * The blocks that networks are put together of in timm's "bring your own blocks".
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { convBn, type ConvNormAct } from "./conv_norm_act.ts";
import { makeDivisible } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import { NamedChain } from "./named_chain.ts";
import type { ForChannels } from "./residual_block.ts";

/** The order of a block's convolutions: 1x1, 3x3, 1x1; 3x3, 1x1; 1x1, 3x3; 3x3, 3x3. */
export type ByobKind = "bottle" | "edge" | "dark" | "basic";

/** What all blocks of a network have in common. */
export interface ByobStyle {
  /** What follows the norms; `"relu"` by default. */
  readonly activation?: Activation;
  /** The attention of channels; none by default. */
  readonly attention?: ForChannels;
  /** Where shapes differ: a 1x1 convolution, its input averaged first, or no shortcut; `"conv"` by default. */
  readonly shortcut?: "conv" | "average" | "none";
  /** Whether bottlenecks have a second 3x3 convolution; false by default. */
  readonly extra?: boolean;
  /** Whether a bottleneck's inner width goes by what comes in; false by default. */
  readonly byInput?: boolean;
  /** Whether nothing follows the sum; false by default. */
  readonly linear?: boolean;
  /** Whether maps are averaged where they are halved, after a convolution without stride; false by default. */
  readonly averages?: boolean;
}

/** One block. */
export interface ByobBlockOptions extends ByobStyle {
  /** The order of its convolutions. */
  readonly kind: ByobKind;
  /** The inner width, by the outer one. */
  readonly ratio: number;
  /** Channels of each group of the 3x3 convolution; all by default. */
  readonly groupWidth?: number;
  /** The stride of the first 3x3 convolution. */
  readonly stride: number;
  /** The probability of leaving out the branch. */
  readonly dropPath: number;
}

/** How many channels a block has inside. */
export function innerWidth(
  before: number,
  width: number,
  { kind, ratio, byInput }: Pick<ByobBlockOptions, "kind" | "ratio" | "byInput">,
): number {
  return makeDivisible((kind === "bottle" && byInput ? before : width) * ratio);
}

/** What averages after a convolution, if the map is halved. */
const averaged = (stride: number, averages = false): nn.Module | undefined =>
  averages && stride > 1 ? new nn.AvgPool2d(stride) : undefined;

function shortcutOf(
  before: number,
  width: number,
  { stride, shortcut = "conv" }: ByobBlockOptions,
): nn.Module | null | undefined {
  if (before === width && stride === 1) return undefined;
  if (shortcut === "none") return null;
  if (shortcut === "conv") return convBn(before, width, { stride });
  const pool = stride === 1
    ? new nn.Identity()
    : new nn.AvgPool2d(2, { stride, ceilMode: true, countIncludePad: false });
  return new NamedChain({ pool, conv: convBn(before, width) });
}

/** A residual block. Keys as timm's: `shortcut`, `conv1_1x1`, `conv2_kxk`, …, `attn`, `attn_last`. */
export class ByobBlock extends nn.Module {
  readonly #shortcut: nn.Module | null | undefined;
  readonly #branch: readonly nn.Module[];
  readonly #dropPath: DropPath;
  readonly #activation?: Activation;
  /** The last convolution. */
  readonly last: ConvNormAct;

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: ByobBlockOptions) {
    super();
    const { kind, groupWidth, stride, activation = "relu", attention, averages } = options;
    const inner = innerWidth(before, width, options);
    const groups = groupWidth ? inner / groupWidth : 1;
    const three = { kernel: 3, activation, groups };
    const halving = averages ? { ...three } : { ...three, stride };
    const pool = averaged(stride, averages);
    const parts: Record<string, nn.Module | undefined> = {
      bottle: () => ({
        conv1_1x1: convBn(before, inner, { activation }),
        conv2_kxk: convBn(inner, inner, halving),
        aa: pool,
        conv2b_kxk: options.extra ? convBn(inner, inner, three) : undefined,
        attn: attention?.(inner),
        conv3_1x1: convBn(inner, width),
      }),
      edge: () => ({
        conv1_kxk: convBn(before, inner, halving),
        attn: attention?.(inner),
        conv2_1x1: convBn(inner, width),
      }),
      dark: () => ({
        conv1_1x1: convBn(before, inner, { activation }),
        conv2_kxk: convBn(inner, width, { kernel: 3, stride, groups }),
        attn_last: attention?.(width),
      }),
      basic: () => ({
        conv1_kxk: convBn(before, inner, { kernel: 3, stride, activation }),
        conv2_kxk: convBn(inner, width, { kernel: 3, groups }),
        attn_last: attention?.(width),
      }),
    }[kind]();
    const own = Object.entries(parts).flatMap(([name, part]) =>
      part ? [[name, part] as const] : []
    );
    this.#shortcut = shortcutOf(before, width, options);
    if (this.#shortcut) this.registerModule("shortcut", this.#shortcut);
    for (const [name, part] of own) this.registerModule(name, part);
    this.#branch = own.map(([, part]) => part);
    this.last = own.findLast(([name]) => name.startsWith("conv"))![1] as ConvNormAct;
    this.#dropPath = this.registerModule("drop_path", new DropPath(options.dropPath));
    this.#activation = options.linear ? undefined : activation;
  }

  /** Whether a shortcut goes around the convolutions. */
  get isResidual(): boolean {
    return this.#shortcut !== null;
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const branch = this.#dropPath.forward(
        this.#branch.reduce((map, part) => part.forward(map), x),
      );
      const sum = this.isResidual ? branch.add_(this.#shortcut?.forward(x) ?? x) : branch;
      return this.#activation === undefined ? sum : activate_(sum, this.#activation);
    });
  }
}
