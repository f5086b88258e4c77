/**
 * Pooling layers.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { type Pair, sizes } from "./options.ts";

/** Options of {@linkcode MaxPool2d}. */
export interface MaxPool2dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Pair;
  /** What is added on all sides; 0 by default. */
  padding?: Pair;
  /** The distance between a window's pixels; 1 by default. */
  dilation?: Pair;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}

/** The largest value of every window. Shapes: (B, C, H, W) to (B, C, H', W'). */
export class MaxPool2d extends Module {
  readonly #args: [number[], number[], number[], number[], boolean];

  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    this.#args = [
      sizes("MaxPool2d", "kernelSize", kernelSize, 2),
      sizes("MaxPool2d", "stride", options.stride ?? kernelSize, 2),
      sizes("MaxPool2d", "padding", options.padding ?? 0, 2, 0),
      sizes("MaxPool2d", "dilation", options.dilation ?? 1, 2),
      options.ceilMode ?? false,
    ];
  }

  /** Shapes: (B, C, H, W) to (B, C, H', W'). */
  override forward(input: Tensor): Tensor {
    const args = this.#args;
    return torch.maxPool2d(input, args[0], args[1], args[2], args[3], args[4]);
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.#args[0]}], stride: [${this.#args[1]}]`;
  }
}

/** Options of {@linkcode AvgPool2d}. */
export interface AvgPool2dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Pair;
  /** What is added on all sides; 0 by default. */
  padding?: Pair;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
  /** Whether zeros that were added count; true by default. */
  countIncludePad?: boolean;
}

/** The mean of every window. Shapes: (B, C, H, W) to (B, C, H', W'). */
export class AvgPool2d extends Module {
  readonly #args: [number[], number[], number[], boolean, boolean];

  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    this.#args = [
      sizes("AvgPool2d", "kernelSize", kernelSize, 2),
      sizes("AvgPool2d", "stride", options.stride ?? kernelSize, 2),
      sizes("AvgPool2d", "padding", options.padding ?? 0, 2, 0),
      options.ceilMode ?? false,
      options.countIncludePad ?? true,
    ];
  }

  /** Shapes: (B, C, H, W) to (B, C, H', W'). */
  override forward(input: Tensor): Tensor {
    const args = this.#args;
    return torch.avgPool2d(input, args[0], args[1], args[2], args[3], args[4]);
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.#args[0]}], stride: [${this.#args[1]}]`;
  }
}

/** Means over windows chosen for the output's size. Shapes: (B, C, H, W) to (B, C, …outputSize). */
export class AdaptiveAvgPool2d extends Module {
  /** The height and width of the output. */
  readonly outputSize: readonly number[];

  /**
   * One number stands for both sides.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: Pair) {
    super();
    this.outputSize = sizes("AdaptiveAvgPool2d", "outputSize", outputSize, 2);
  }

  /** Shapes: (B, C, H, W) to (B, C, …outputSize). */
  override forward(input: Tensor): Tensor {
    return torch.adaptiveAvgPool2d(input, this.outputSize);
  }

  /** The output's size. */
  protected override describe(): string {
    return `[${this.outputSize}]`;
  }
}
