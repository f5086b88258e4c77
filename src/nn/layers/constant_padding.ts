/**
 * Zeros, or another number, around the input.
 *
 * @module
 */

import type { EndSizes } from "./end_sizes.ts";
import { Padding } from "./padding.ts";

/**
 * Puts zeros around sequences.
 *
 * Shapes: (B, C, L) or (C, L).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ZeroPad1d(1).forward(torch.ones([1, 2, 5])).shape; // [1, 2, 7]
 * ```
 */
export class ZeroPad1d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 1, "constant");
  }
}

/**
 * Puts zeros around images.
 *
 * Shapes: (B, C, H, W) or (C, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ZeroPad2d(1).forward(torch.ones([1, 2, 5, 5])).shape; // [1, 2, 7, 7]
 * ```
 */
export class ZeroPad2d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 2, "constant");
  }
}

/**
 * Puts zeros around volumes.
 *
 * Shapes: (B, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ZeroPad3d(1).forward(torch.ones([1, 2, 5, 5, 5])).shape; // [1, 2, 7, 7, 7]
 * ```
 */
export class ZeroPad3d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom, front, back]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 3, "constant");
  }
}

/**
 * Puts a number around sequences.
 *
 * Shapes: (B, C, L) or (C, L).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ConstantPad1d(1, 0.5).forward(torch.ones([1, 2, 5])).shape; // [1, 2, 7]
 * ```
 */
export class ConstantPad1d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes, value: number) {
    super(padding, 1, "constant", value);
  }
}

/**
 * Puts a number around images.
 *
 * Shapes: (B, C, H, W) or (C, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ConstantPad2d(1, 0.5).forward(torch.ones([1, 2, 5, 5])).shape; // [1, 2, 7, 7]
 * ```
 */
export class ConstantPad2d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes, value: number) {
    super(padding, 2, "constant", value);
  }
}

/**
 * Puts a number around volumes.
 *
 * Shapes: (B, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ConstantPad3d(1, 0.5).forward(torch.ones([1, 2, 5, 5, 5])).shape; // [1, 2, 7, 7, 7]
 * ```
 */
export class ConstantPad3d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom, front, back]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes, value: number) {
    super(padding, 3, "constant", value);
  }
}
