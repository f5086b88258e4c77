/**
 * Mirrored images.
 *
 * @module
 */

import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Transform } from "./transform.ts";
import { checkProbability, draw, imageSizes, indicesBeside } from "./draws.ts";

/**
 * Mirrors each image left to right with probability `p`.
 *
 * @throws {ArgumentError} If `p` is not from 0 to 1.
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
  checkProbability(p, what);
  return (images, generator) => {
    const { count } = imageSizes(images, what);
    const picks = draw(count, generator);
    const chosen = Int32Array.from(picks, (value, i) => value < p ? count + i : i);
    // Picking whole images from both sets is faster than choosing pixel by pixel.
    return scope(() =>
      cat([images, images.flip(dim)]).indexSelect(0, indicesBeside(chosen, images))
    );
  };
}
