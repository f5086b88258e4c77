/**
 * What a forward pass of a published architecture costs, without its weights.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { countForward, untagged } from "./count_forward.ts";
import table from "./published/costs.json" with { type: "json" };
import { entry } from "./registry.ts";

/** What a forward pass of one image costs. */
export interface ForwardCosts {
  /** Values of all parameters. */
  readonly params: number;
  /** Multiply-adds, counted as {@linkcode summary} does. */
  readonly multiplyAdds: number;
}

/** Counted before, by the architecture's name and the side of its images. */
const counted: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = table;

/**
 * Tells what one image through a published architecture costs, without a head. What is not in the package's table is counted
 * by running the network once on the processor with whatever values its parameters have, which takes a second for every
 * twenty thousand million multiply-adds.
 *
 * @param name The architecture, with or without a tag.
 * @param side The side of its images in pixels; what its weights were trained on by default.
 * @throws {ArgumentError} if there is no such architecture, or it cannot take images of that size.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * models.forwardCosts("resnet50").multiplyAdds; // 4087136256
 * ```
 */
export function forwardCosts(name: string, side?: number): ForwardCosts {
  const known = entry(name);
  const size = side ?? known.inputSize;
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new ArgumentError(`The side of images is a whole number of at least 1, got ${side}.`);
  }
  const [params, multiplyAdds] = counted[untagged(name)]?.[size] ?? [];
  return params === undefined ? countForward(name, size) : { params, multiplyAdds: multiplyAdds! };
}
