/**
 * The input's edge around it.
 *
 * @module
 */

import type { EndSizes } from "./end_sizes.ts";
import { Padding } from "./padding.ts";

/**
 * Repeats the edge of sequences around them.
 *
 * Shapes: (B, C, L) or (C, L).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReplicationPad1d(1).forward(torch.ones([1, 2, 5])).shape; // [1, 2, 7]
 * ```
 */
export class ReplicationPad1d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 1, "replicate");
  }
}

/**
 * Repeats the edge of images around them.
 *
 * Shapes: (B, C, H, W) or (C, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReplicationPad2d(1).forward(torch.ones([1, 2, 5, 5])).shape; // [1, 2, 7, 7]
 * ```
 */
export class ReplicationPad2d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 2, "replicate");
  }
}

/**
 * Repeats the edge of volumes around them.
 *
 * Shapes: (B, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * new nn.ReplicationPad3d(1).forward(torch.ones([1, 2, 5, 5, 5])).shape; // [1, 2, 7, 7, 7]
 * ```
 */
export class ReplicationPad3d extends Padding {
  /**
   * Adds `padding` at every end, or [left, right, top, bottom, front, back]; negative numbers cut off.
   *
   * @throws {ArgumentError} if a number cannot be used.
   */
  constructor(padding: EndSizes) {
    super(padding, 3, "replicate");
  }
}
