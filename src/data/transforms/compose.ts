/**
 * Several transforms as one.
 *
 * @module
 */

import { scope } from "../../torch/scope.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";

/**
 * Applies transforms one after the other.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const augment = data.compose(
 *   data.randomCrop(2),
 *   data.randomHorizontalFlip(),
 *   data.normalize([0.1307], [0.3081]),
 * );
 * ```
 */
export function compose(...transforms: readonly Transform[]): Transform {
  const apply: Transform = (images, random) =>
    scope(() => transforms.reduce((current, transform) => transform(current, random), images));
  const parts = transforms.map(({ spec }) => spec).filter((spec) => spec !== undefined);
  return parts.length < transforms.length ? apply : described({ name: "compose", parts }, apply);
}
