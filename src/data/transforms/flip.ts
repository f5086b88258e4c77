/**
 * Mirrored images.
 *
 * @module
 */

import { number } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";
import { indicesBeside } from "./indices_beside.ts";

/** The declaration of the options of {@linkcode randomHorizontalFlip} and {@linkcode randomVerticalFlip}. */
export const RANDOM_FLIP_OPTIONS: OptionTable<{ p?: number }> = {
  p: number({ default: 0.5, min: 0, max: 1, help: "the probability that an image is changed" }),
};

/**
 * Mirrors each image left to right with probability `p`.
 *
 * @throws {ArgumentError} If `p` is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const flip = data.randomHorizontalFlip();
 * using images = torch.rand([2, 3, 32, 32]);
 * using today = flip(images, new data.ImageRandom(0, 0, [10, 11]));
 * using another = flip(images, new data.ImageRandom(0, 1, [10, 11])); // the next variant of both
 * ```
 */
export function randomHorizontalFlip(p = 0.5): Transform {
  return randomFlip(3, p, "randomHorizontalFlip");
}

/**
 * Mirrors each image top to bottom with probability `p`.
 *
 * @throws {ArgumentError} If `p` is not from 0 to 1.
 */
export function randomVerticalFlip(p = 0.5): Transform {
  return randomFlip(2, p, "randomVerticalFlip");
}

function randomFlip(dim: number, p: number, what: string): Transform {
  resolveOptions(what, RANDOM_FLIP_OPTIONS, { p });
  return described({ name: what, p }, (images, random) => {
    const { count } = imageSizes(images, what, random);
    const picks = random.draw(1);
    const chosen = Int32Array.from(picks, (value, i) => value < p ? count + i : i);
    // Picking whole images from both sets is faster than choosing pixel by pixel.
    return scope(() =>
      cat([images, images.flip(dim)]).indexSelect(0, indicesBeside(chosen, images))
    );
  });
}
