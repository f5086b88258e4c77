/**
 * Counting what a network costs by running it with whatever values its parameters have.
 *
 * @module
 */

import { skipped } from "../nn/init.ts";
import { create } from "./create.ts";
import { entry } from "./registry.ts";
import { summary } from "./summary.ts";

/** The name of an architecture without the tag of its weights. */
export function untagged(name: string): string {
  const { name: whole, tag } = entry(name);
  return tag !== null && whole.endsWith(`.${tag}`) ? whole.slice(0, -tag.length - 1) : whole;
}

/**
 * Counts what one image through a published architecture costs, whatever the table says.
 *
 * @throws {ArgumentError} if there is no such architecture, or it cannot take images of that size.
 */
export function countForward(name: string, side: number): { params: number; multiplyAdds: number } {
  const imageSize = side === entry(name).inputSize ? undefined : side;
  // Untouched memory costs nothing, and what the values are does not matter.
  using model = skipped(() => create(name, { numClasses: 0, imageSize }));
  const { params, flops } = summary(model, { imageSize: side, depth: 0 });
  return { params, multiplyAdds: flops };
}
