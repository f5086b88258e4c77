/**
 * Images in memory changed once and for all.
 *
 * @module
 */

import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { ImageRandom } from "./image_random.ts";
import type { Transform } from "./transforms/transform.ts";

/** So many images are changed at a time. */
const AT_A_TIME = 1000;

/** All images as a transform makes them in their first variant: an image's random numbers are those of its place. */
export function transformed(images: Tensor, transform: Transform, seed: number): Tensor {
  const count = images.size(0);
  return scope(() => {
    const parts: Tensor[] = [];
    for (let at = 0; at < count; at += AT_A_TIME) {
      const length = Math.min(AT_A_TIME, count - at);
      const places = Array.from({ length }, (_, i) => at + i);
      const random = new ImageRandom(seed, 0, places);
      parts.push(scope(() => transform(images.narrow(0, at, length), random)));
    }
    return parts.length === 0 ? images : cat(parts);
  });
}
