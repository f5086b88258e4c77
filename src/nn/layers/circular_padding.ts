/**
 * The input's other end around it.
 *
 * @module
 */

import type { EndSizes } from "./end_sizes.ts";
import { Padding } from "./padding.ts";

/**
 * Continues sequences at every end with what is at the other end.
 *
 * At most a side's size can be added.
 *
 * Shapes: (B, C, L) or (C, L).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.CircularPad1d(1).forward(torch.ones([1, 2, 5])).shape; // [1, 2, 7]
 * ```
 */
export class CircularPad1d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 1, "circular");
  }
}

/**
 * Continues images at every end with what is at the other end.
 *
 * At most a side's size can be added.
 *
 * Shapes: (B, C, H, W) or (C, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.CircularPad2d(1).forward(torch.ones([1, 2, 5, 5])).shape; // [1, 2, 7, 7]
 * ```
 */
export class CircularPad2d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 2, "circular");
  }
}

/**
 * Continues volumes at every end with what is at the other end.
 *
 * At most a side's size can be added.
 *
 * Shapes: (B, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.CircularPad3d(1).forward(torch.ones([1, 2, 5, 5, 5])).shape; // [1, 2, 7, 7, 7]
 * ```
 */
export class CircularPad3d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom, front, back]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 3, "circular");
  }
}
