/**
 * What batches have to be that are normalized.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import { shapeText } from "./shapes.ts";

/**
 * Checks that a batch has statistics: more than one value a channel. One without values passes: nothing is
 * normalized, and the running statistics stay as they are.
 *
 * @throws {ShapeError} if not.
 */
export function checkBatch(name: string, shape: readonly number[]): void {
  let values = shape[0];
  for (let i = 2; i < shape.length; i++) values *= shape[i];
  if (values === 1) {
    throw new ShapeError(
      `${name}: training needs more than one value a channel, got an input of shape ${
        shapeText(shape)
      }. ` +
        `Use a larger batch (drop the last one if it is short), or eval().`,
    );
  }
}
