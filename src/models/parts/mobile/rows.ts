/**
 * Rows of the tables that mobile networks are published by.
 *
 * @module
 */

import type { Activation } from "../activation.ts";

/** Height and width of a kernel, or those of several kernels that share the channels. */
export type Kernel = number | readonly number[];

/** What a row may have beside its numbers. */
export interface RowExtras {
  /** What the channels are squeezed to, as a share of those that come in; no squeeze and excitation by default. */
  readonly squeeze?: number;
  /** The activation, where it is not the network's. */
  readonly activation?: Activation;
  /** Whether there is a shortcut where shapes allow one; that is so for most kinds. */
  readonly shortcut?: boolean;
  /** Channels of a group of the middle convolution; the network's by default. */
  readonly groupSize?: number;
  /** Kernels of the convolution that widens; 1 by default. */
  readonly expandKernel?: Kernel;
  /** Kernels of the convolution that projects; 1 by default. */
  readonly projectKernel?: Kernel;
}

/** `depth` blocks of one kind, the first of which has the stride. */
export interface BlockRow extends RowExtras {
  /** The block: see the functions that make rows. */
  readonly kind: "conv" | "separable" | "mbConv" | "fused" | "universal" | "attention";
  /** Height and width of the middle kernel; 0 for none, where a block can do without. */
  readonly kernel: Kernel;
  /** Channels that come out. */
  readonly width: number;
  /** The number of blocks. */
  readonly depth: number;
  /** The stride of the first block. */
  readonly stride: number;
  /** By how much the middle of a block is wider than what comes in; 1 where it is not. */
  readonly expansion: number;
  /** The kernel before the middle of a universal block; 0 for none. */
  readonly startKernel?: number;
  /** Whether a separable block's stride is a convolution before it, of patches of 2 pixels to four times the channels. */
  readonly spaceToDepth?: boolean;
  /** Whether a separable block ends with an activation. */
  readonly activated?: boolean;
  /** Channels that the middle of a fused block is reckoned from, where they are not those that come in. */
  readonly expandedFrom?: number;
  /** Heads of attention, the width of each, and the stride of keys and values. */
  readonly attention?: { readonly heads: number; readonly dim: number; readonly stride: number };
}

/** The rows of each stage. */
export type Stages = readonly (readonly BlockRow[])[];

/** Convolutions, each with norm and activation. */
export function conv(
  kernel: number,
  width: number,
  depth: number,
  stride: number,
  extras: RowExtras = {},
): BlockRow {
  return { kind: "conv", kernel, width, depth, stride, expansion: 1, shortcut: false, ...extras };
}

/** Depthwise separable convolutions (Howard et al., MobileNets, 2017, section 3.1), linear at the end. */
export function separable(
  kernel: number,
  width: number,
  depth: number,
  stride: number,
  extras: RowExtras = {},
): BlockRow {
  return { kind: "separable", kernel, width, depth, stride, expansion: 1, ...extras };
}

/** Depthwise separable convolutions that end with an activation, without shortcut, as MobileNet's first version. */
export function activatedSeparable(
  ...[kernel, width, depth, stride, extras]: Parameters<typeof separable>
): BlockRow {
  return { ...separable(kernel, width, depth, stride, extras), activated: true, shortcut: false };
}

/** Inverted residuals (Sandler et al., MobileNetV2, 2018, figure 3). */
export function mbConv(
  expansion: number,
  kernel: Kernel,
  width: number,
  depth: number,
  stride: number,
  extras: RowExtras = {},
): BlockRow {
  return { kind: "mbConv", expansion, kernel, width, depth, stride, ...extras };
}

/** Inverted residuals whose first two convolutions are one (Tan and Le, EfficientNetV2, 2021, figure 2). */
export function fused(
  expansion: number,
  kernel: number,
  width: number,
  depth: number,
  stride: number,
  extras: RowExtras & Pick<BlockRow, "expandedFrom"> = {},
): BlockRow {
  return { kind: "fused", expansion, kernel, width, depth, stride, ...extras };
}

/**
 * Universal inverted bottlenecks (Qin et al., MobileNetV4, 2024, figure 4), with a depthwise convolution before the
 * middle, in the middle, at both places or at none: an extra depthwise block, an inverted bottleneck, a ConvNeXt block, a
 * feedforward network.
 */
export function universal(
  [startKernel, kernel]: readonly [start: number, middle: number],
  expansion: number,
  width: number,
  depth = 1,
  stride = 1,
): BlockRow {
  return { kind: "universal", startKernel, kernel, expansion, width, depth, stride };
}

/** Attention whose heads share keys and values (Qin et al. 2024, section 4), which may be of a smaller map. */
export function attention(heads: number, dim: number, width: number, stride = 1): BlockRow {
  const own = { heads, dim, stride };
  return { kind: "attention", attention: own, kernel: 3, width, depth: 1, stride: 1, expansion: 1 };
}
