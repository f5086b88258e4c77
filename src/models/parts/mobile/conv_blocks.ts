/**
 * The convolutional blocks of mobile networks, with timm's names.
 *
 * @module
 */

import * as nn from "../../../nn/mod.ts";
import { makeDivisible } from "../divisible.ts";
import { SameConv2d } from "../same_conv.ts";
import type { BlockPlace } from "./block_place.ts";
import { ConvBlock } from "./conv_block.ts";
import type { MobileStyle } from "./style.ts";

/** A convolution. Keys: `conv`, `bn1`. */
export class SingleConv extends ConvBlock {
  constructor(place: BlockPlace, style: MobileStyle) {
    super(place, style);
    this.addMiddle(["conv", "bn1"], [place.before, place.row.width], 0);
  }
}

/**
 * A depthwise convolution, squeeze and excitation, and a projection. Keys: `conv_dw`, `bn1`, `se`, `conv_pw`, `bn2`; of space to
 * depth `conv_s2d`, `bn_s2d`.
 */
export class Separable extends ConvBlock {
  constructor(place: BlockPlace, style: MobileStyle) {
    super(place, style);
    const { before, row } = place;
    const middle = row.spaceToDepth ? 4 * before : before;
    if (row.spaceToDepth) this.#addSpaceToDepth(before, middle);
    else {this.addMiddle(
        ["conv_dw", "bn1"],
        [before, before],
        row.groupSize ?? style.groupSize ?? 1,
      );}
    this.addSqueeze(middle);
    this.addPointwise(["conv_pw", "bn2"], [middle, row.width], {
      kernel: row.projectKernel,
      activation: row.activated ? this.activation : undefined,
    });
  }

  /** Patches of 2 pixels, then a depthwise kernel that sees as many pixels as the row's does. */
  #addSpaceToDepth(before: number, middle: number): void {
    const { style, activation, place: { row } } = this;
    const norm = () => new nn.BatchNorm2d(middle, style.norm);
    const patches = new SameConv2d(before, middle, 2, { stride: 2 });
    this.addConv(["conv_s2d", "bn_s2d"], patches, norm(), activation);
    const kernel = ((row.kernel as number) + 1) / 2;
    const depthwise = new SameConv2d(middle, middle, kernel, { groups: middle });
    this.addConv(["conv_dw", "bn1"], depthwise, norm(), activation);
  }
}

/**
 * An expansion, a depthwise convolution, squeeze and excitation, and a projection. Keys: `conv_pw`, `bn1`, `conv_dw`, `bn2`,
 * `se`, `conv_pwl`, `bn3`.
 */
export class MBConv extends ConvBlock {
  constructor(place: BlockPlace, style: MobileStyle) {
    super(place, style);
    const { before, row } = place;
    const middle = makeDivisible(before * row.expansion);
    this.addPointwise(["conv_pw", "bn1"], [before, middle], {
      kernel: row.expandKernel,
      activation: this.activation,
    });
    this.addMiddle(["conv_dw", "bn2"], [middle, middle], row.groupSize ?? style.groupSize ?? 1);
    this.addSqueeze(middle);
    this.addPointwise(["conv_pwl", "bn3"], [middle, row.width], { kernel: row.projectKernel });
  }
}

/** A convolution that expands, squeeze and excitation, and a projection. Keys: `conv_exp`, `bn1`, `se`, `conv_pwl`, `bn2`. */
export class FusedMBConv extends ConvBlock {
  constructor(place: BlockPlace, style: MobileStyle) {
    super(place, style);
    const { before, row } = place;
    const middle = makeDivisible((row.expandedFrom ?? before) * row.expansion);
    const size = row.groupSize ?? style.groupSize ?? 0;
    this.addMiddle(["conv_exp", "bn1"], [before, middle], size);
    this.addSqueeze(middle);
    this.addPointwise(["conv_pwl", "bn2"], [middle, row.width], { kernel: row.projectKernel });
  }
}
