/**
 * A convolution that takes in the norm after it when it is folded.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { ConvNormAct } from "./conv_norm_act.ts";
import type { Foldable } from "./foldable.ts";

/** Options of {@linkcode foldableConv}. */
export interface FoldableConvOptions {
  /** Height and width of the kernel; 1 by default. */
  readonly kernel?: number;
  /** The distance between outputs; 1 by default. */
  readonly stride?: number;
  /** Whether every channel has a kernel of its own; false by default. */
  readonly depthwise?: boolean;
  /** What the norm's factors start as; 1 by default. */
  readonly gain?: number;
  /** Whether convolution and norm are one convolution with bias; false by default. */
  readonly folded?: boolean;
}

/** Convolution and batch norm. Keys as the authors of LeViT have them: `c`, `bn`; folded `weight`, `bias`. */
export class FoldableConv extends ConvNormAct implements Foldable {
  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: FoldableConvOptions = {}) {
    const { kernel, stride, depthwise, gain = 1 } = options;
    super(before, width, { kernel, stride, depthwise, keys: ["c", "bn"] });
    if (gain === 1) return;
    for (const part of this.children()) {
      if (part instanceof nn.BatchNorm2d) nn.init.constant_(part.weight!, gain);
    }
  }

  /** The one convolution. */
  foldedState(): Record<string, Tensor> {
    return { ...this.kernels() };
  }
}

/** {@linkcode FoldableConv}, or in folded form a convolution. */
export function foldableConv(
  before: number,
  width: number,
  options: FoldableConvOptions = {},
): nn.Module {
  const { kernel = 1, stride, depthwise, folded = false } = options;
  if (!folded) return new FoldableConv(before, width, options);
  const padding = (kernel - 1) / 2;
  return new nn.Conv2d(before, width, kernel, { stride, padding, groups: depthwise ? before : 1 });
}
