/**
 * What the convolutional blocks of mobile networks share.
 *
 * @module
 */

import * as nn from "../../../nn/mod.ts";
import type { Activation } from "../activation.ts";
import { halve } from "./halve.ts";
import { GlobalContext } from "../global_context.ts";
import { SqueezeExcite } from "../squeeze_excite.ts";
import { type BlockPlace, hasShortcut } from "./block_place.ts";
import { Branch } from "./branch.ts";
import type { Kernel } from "./rows.ts";
import { convOf, type MobileStyle } from "./style.ts";

/** The names of a convolution and its norm. */
export type Names = readonly [conv: string, norm: string];

/** A block of convolutions, each with a norm, and of squeeze and excitation. */
export abstract class ConvBlock extends Branch {
  /** The block's row, and more. */
  protected readonly place: BlockPlace;
  /** What the block has in common with others. */
  protected readonly style: MobileStyle;
  /** What follows the norms. */
  protected readonly activation: Activation;

  constructor(place: BlockPlace, style: MobileStyle) {
    super({ shortcut: hasShortcut(place), dropPath: style.leaveOut(place.dropPath) });
    this.place = place;
    this.style = style;
    this.activation = place.row.activation ?? style.activation;
  }

  /** Adds a convolution of every pixel by itself, or of the kernels given. */
  protected addPointwise(
    names: Names,
    [before, width]: readonly [number, number],
    { kernel = 1, activation }: { kernel?: Kernel; activation?: Activation } = {},
  ): void {
    const norm = new nn.BatchNorm2d(width, this.style.norm);
    this.addConv(names, convOf(this.style, before, width, kernel), norm, activation);
  }

  /** Adds the convolution that has the block's kernel and stride; `size` is how many channels a group has, 0: all. */
  protected addMiddle(
    names: Names,
    [before, width]: readonly [number, number],
    size: number,
  ): void {
    const { style, place: { row, stride } } = this;
    const halved = style.antialias !== null && stride > 1;
    const conv = convOf(style, before, width, row.kernel, {
      stride: halved ? 1 : stride,
      groups: size === 0 ? 1 : width / size,
    });
    this.addConv(names, conv, new nn.BatchNorm2d(width, style.norm), this.activation);
    if (halved) this.add("aa", halve(style.antialias!, width));
  }

  /** Adds squeeze and excitation of `middle` channels, if the row has it. */
  protected addSqueeze(middle: number): void {
    const { place: { row, before }, style: { squeeze } } = this;
    if (!row.squeeze) return;
    const channels = squeeze.of === "input" ? before : middle;
    const squeezed = squeeze.round(channels * row.squeeze);
    const activation = squeeze.activation ?? this.activation;
    if (squeeze.attends) {
      this.add("se", new GlobalContext(middle, { hidden: squeezed, activation, scales: true }));
      return;
    }
    const keys = ["conv_reduce", "conv_expand"] as const;
    const own = { activation, gate: squeeze.gate, keys };
    this.add("se", new SqueezeExcite(middle, squeezed, own));
  }
}
