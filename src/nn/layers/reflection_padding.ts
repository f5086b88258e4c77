/**
 * The input mirrored around itself.
 *
 * @module
 */

import type { EndSizes } from "./end_sizes.ts";
import { Padding } from "./padding.ts";

/**
 * Puts sequences mirrored around themselves; the edge itself is not repeated.
 *
 * Less than a side's size can be added.
 *
 * Shapes: (B, C, L) or (C, L).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReflectionPad1d(1).forward(torch.ones([1, 2, 5])).shape; // [1, 2, 7]
 * ```
 */
export class ReflectionPad1d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 1, "reflect");
  }
}

/**
 * Puts images mirrored around themselves; the edge itself is not repeated.
 *
 * Less than a side's size can be added.
 *
 * Shapes: (B, C, H, W) or (C, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReflectionPad2d(1).forward(torch.ones([1, 2, 5, 5])).shape; // [1, 2, 7, 7]
 * ```
 */
export class ReflectionPad2d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 2, "reflect");
  }
}

/**
 * Puts volumes mirrored around themselves; the edge itself is not repeated.
 *
 * Less than a side's size can be added.
 *
 * Shapes: (B, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReflectionPad3d(1).forward(torch.ones([1, 2, 5, 5, 5])).shape; // [1, 2, 7, 7, 7]
 * ```
 */
export class ReflectionPad3d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom, front, back]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 3, "reflect");
  }
}
