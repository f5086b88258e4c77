/**
 * Windows of images as columns, and columns put together again, as layers.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { fold, type FoldOptions, unfold } from "../functional/fold.ts";
import { Module } from "../module.ts";
import { checkKnown, sizes } from "../options.ts";
import type { Pair } from "../pair.ts";

/** Checks options, which are looked at again in every call. */
function checked(layer: string, options: FoldOptions): FoldOptions {
  checkKnown(layer, options, ["dilation", "padding", "stride"]);
  return {
    dilation: sizes(layer, "dilation", options.dilation ?? 1, 2),
    padding: sizes(layer, "padding", options.padding ?? 0, 2, 0),
    stride: sizes(layer, "stride", options.stride ?? 1, 2),
  };
}

/**
 * Makes columns of the windows of images.
 *
 * Shapes: (B, C, H, W) to (B, C kH kW, number of windows), or both without B.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const patches = new nn.Unfold(4, { stride: 4 });
 * patches.forward(torch.randn([1, 3, 8, 8])).shape; // [1, 48, 4]
 * ```
 */
export class Unfold extends Module {
  /** The height and width of a window. */
  readonly kernelSize: readonly number[];
  readonly #options: FoldOptions;

  /**
   * The stride and the dilation are 1 and the padding 0 by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(kernelSize: Pair, options: FoldOptions = {}) {
    super();
    this.kernelSize = sizes("Unfold", "kernelSize", kernelSize, 2);
    this.#options = checked("Unfold", options);
  }

  /**
   * Shapes: (B, C, H, W) to (B, C kH kW, number of windows).
   *
   * @throws {ShapeError} if the input has other dimensions, or a window does not fit into it.
   */
  override forward(input: Tensor): Tensor {
    return unfold(input, this.kernelSize, this.#options);
  }

  /** The window's size. */
  protected override describe(): string {
    return `kernel: [${this.kernelSize}], stride: [${this.#options.stride}]`;
  }
}

/**
 * Makes images of columns: the opposite of {@linkcode Unfold}, except that overlapping windows are summed.
 *
 * Shapes: (B, C kH kW, number of windows) to (B, C, H, W), or both without B.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const whole = new nn.Fold(8, 4, { stride: 4 });
 * whole.forward(torch.randn([1, 48, 4])).shape; // [1, 3, 8, 8]
 * ```
 */
export class Fold extends Module {
  /** The height and width of the images. */
  readonly outputSize: readonly number[];
  /** The height and width of a window. */
  readonly kernelSize: readonly number[];
  readonly #options: FoldOptions;

  /**
   * The stride and the dilation are 1 and the padding 0 by default.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(outputSize: Pair, kernelSize: Pair, options: FoldOptions = {}) {
    super();
    this.outputSize = sizes("Fold", "outputSize", outputSize, 2);
    this.kernelSize = sizes("Fold", "kernelSize", kernelSize, 2);
    this.#options = checked("Fold", options);
  }

  /**
   * Shapes: (B, C kH kW, number of windows) to (B, C, H, W).
   *
   * @throws {ShapeError} if the input has other dimensions, or there are not as many windows.
   */
  override forward(input: Tensor): Tensor {
    return fold(input, this.outputSize, this.kernelSize, this.#options);
  }

  /** The sizes. */
  protected override describe(): string {
    return `[${this.outputSize}], kernel: [${this.kernelSize}], stride: [${this.#options.stride}]`;
  }
}
