/**
 * Pooling layers.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { OutputSize } from "../functional/output_size.ts";
import { maxUnpool2d, type MaxUnpoolOptions } from "../functional/pooling.ts";
import { outputSizes, ownWhereNull } from "../functional/output_sizes.ts";
import { Module } from "../module.ts";
import { checkKnown, checkSize, sizes } from "../options.ts";
import type { Pair } from "../pair.ts";

/** Options of {@linkcode MaxPool2d}. */
export interface MaxPool2dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Pair | null;
  /** What is added on all sides, at most half of the kernel's size; 0 by default. */
  padding?: Pair;
  /** The distance between a window's pixels; 1 by default. */
  dilation?: Pair;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}

/** Checks that a window holds more than padding. */
function checkPadding(layer: string, kernel: readonly number[], padding: readonly number[]): void {
  if (padding.every((size, i) => size <= kernel[i] / 2)) return;
  throw new ArgumentError(
    `${layer}: padding must be at most half of kernelSize [${kernel.join(", ")}], got [${
      padding.join(", ")
    }].`,
  );
}

/**
 * The largest value of every window. Shapes: (B, C, H, W) to (B, C, H', W').
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using pool = new nn.MaxPool2d(2);
 * using unpool = new nn.MaxUnpool2d(2);
 * const images = torch.randn([1, 3, 8, 8]);
 * const [values, indices] = pool.forward(images, { returnIndices: true });
 * unpool.forward(values, indices).shape; // [1, 3, 8, 8]
 * ```
 */
export class MaxPool2d extends Module {
  readonly #args: [number[], number[], number[], number[], boolean];

  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    checkKnown("MaxPool2d", options, ["stride", "padding", "dilation", "ceilMode"], {
      returnIndices: "ask forward(input, { returnIndices: true }) for them",
    });
    this.#args = [
      sizes("MaxPool2d", "kernelSize", kernelSize, 2),
      sizes("MaxPool2d", "stride", options.stride ?? kernelSize, 2),
      sizes("MaxPool2d", "padding", options.padding ?? 0, 2, 0),
      sizes("MaxPool2d", "dilation", options.dilation ?? 1, 2),
      options.ceilMode ?? false,
    ];
    checkPadding("MaxPool2d", this.#args[0], this.#args[2]);
  }

  /**
   * Shapes: (B, C, H, W) to (B, C, H', W'). With `returnIndices` it returns the values and where they are, for
   * {@linkcode MaxUnpool2d}.
   */
  override forward(
    input: Tensor,
    options: { returnIndices: true },
  ): [values: Tensor, indices: Tensor];
  /** Shapes: (B, C, H, W) to (B, C, H', W'). */
  override forward(input: Tensor): Tensor;
  override forward(
    input: Tensor,
    options?: { returnIndices: true },
  ): Tensor | [Tensor, Tensor] {
    const args = this.#args;
    if (options?.returnIndices) {
      return torch.maxPool2dWithIndices(input, args[0], args[1], args[2], args[3], args[4]);
    }
    return torch.maxPool2d(input, args[0], args[1], args[2], args[3], args[4]);
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.#args[0]}], stride: [${this.#args[1]}]`;
  }
}

/**
 * The opposite of {@linkcode MaxPool2d}: every value at its place, 0 elsewhere. Shapes: values and indices
 * (B, C, H', W') to (B, C, H, W).
 */
export class MaxUnpool2d extends Module {
  readonly #kernelSize: number[];
  readonly #options: { stride: number[]; padding: number[] };

  /**
   * With what the pooling had.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(kernelSize: Pair, options: { stride?: Pair | null; padding?: Pair } = {}) {
    super();
    checkKnown("MaxUnpool2d", options, ["stride", "padding"]);
    this.#kernelSize = sizes("MaxUnpool2d", "kernelSize", kernelSize, 2);
    this.#options = {
      stride: sizes("MaxUnpool2d", "stride", options.stride ?? kernelSize, 2),
      padding: sizes("MaxUnpool2d", "padding", options.padding ?? 0, 2, 0),
    };
  }

  /**
   * The height and width are the least that are pooled to the input's, unless `outputSize` says.
   *
   * @throws {ArgumentError} if `outputSize` is none that is pooled to the input's size.
   */
  override forward(
    input: Tensor,
    indices: Tensor,
    options: Pick<MaxUnpoolOptions, "outputSize">,
  ): Tensor;
  /** The height and width are the least that are pooled to the input's. */
  override forward(input: Tensor, indices: Tensor): Tensor;
  override forward(
    input: Tensor,
    indices: Tensor,
    options: Pick<MaxUnpoolOptions, "outputSize"> = {},
  ): Tensor {
    return maxUnpool2d(input, indices, this.#kernelSize, { ...this.#options, ...options });
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.#kernelSize}], stride: [${this.#options.stride}]`;
  }
}

/** Options of {@linkcode AvgPool2d}. */
export interface AvgPool2dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Pair | null;
  /** What is added on all sides, at most half of the kernel's size; 0 by default. */
  padding?: Pair;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
  /** Whether zeros that were added count; true by default. */
  countIncludePad?: boolean;
  /** What the sum of a window is divided by; the number of its pixels by default. */
  divisorOverride?: number | null;
}

/** The mean of every window. Shapes: (B, C, H, W) to (B, C, H', W'). */
export class AvgPool2d extends Module {
  readonly #args: [number[], number[], number[], boolean, boolean, number | null];

  /**
   * The stride is the kernel's size by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    const known = ["stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"];
    checkKnown("AvgPool2d", options, known);
    const divisor = options.divisorOverride ?? null;
    if (divisor !== null) checkSize("AvgPool2d", "divisorOverride", divisor);
    this.#args = [
      sizes("AvgPool2d", "kernelSize", kernelSize, 2),
      sizes("AvgPool2d", "stride", options.stride ?? kernelSize, 2),
      sizes("AvgPool2d", "padding", options.padding ?? 0, 2, 0),
      options.ceilMode ?? false,
      options.countIncludePad ?? true,
      divisor,
    ];
    checkPadding("AvgPool2d", this.#args[0], this.#args[2]);
  }

  /** Shapes: (B, C, H, W) to (B, C, H', W'). */
  override forward(input: Tensor): Tensor {
    const args = this.#args;
    return torch.avgPool2d(input, args[0], args[1], args[2], args[3], args[4], args[5]);
  }

  /** The kernel's size. */
  protected override describe(): string {
    return `kernel: [${this.#args[0]}], stride: [${this.#args[1]}]`;
  }
}

/**
 * Means over windows chosen for the output's size. Shapes: (B, C, H, W) to (B, C, …outputSize), a side of which is
 * the input's own where it is null.
 */
export class AdaptiveAvgPool2d extends Module {
  /** The height and width of the output; null where it is the input's own. */
  readonly outputSize: readonly (number | null)[];
  readonly #fixed: number[] | null;

  /**
   * One number stands for both sides.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(outputSize: OutputSize) {
    super();
    this.outputSize = outputSizes("AdaptiveAvgPool2d", outputSize);
    this.#fixed = this.outputSize.includes(null) ? null : [...this.outputSize] as number[];
  }

  /** Shapes: (B, C, H, W) to (B, C, …outputSize). */
  override forward(input: Tensor): Tensor {
    return torch.adaptiveAvgPool2d(input, this.#fixed ?? ownWhereNull(this.outputSize, input));
  }

  /** The output's size. */
  protected override describe(): string {
    return `[${this.outputSize.map((size) => size ?? "null")}]`;
  }
}
