/**
 * Converting many images without having floats of all of them.
 *
 * @module
 */

import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";

/** How many values are converted at a time: as float32 they take 64 MB. */
const VALUES_AT_A_TIME = 16000000;

/** Applies `convert` to a large set of images part by part, so that floats of few exist at a time. */
export function convertInParts(images: Tensor, convert: (part: Tensor) => Tensor): Tensor {
  const [count, channels, height, width] = images.shape;
  const step = Math.max(1, Math.floor(VALUES_AT_A_TIME / (channels * height * width)));
  if (count <= step) return convert(images);
  return scope(() => {
    const parts: Tensor[] = [];
    for (let at = 0; at < count; at += step) {
      parts.push(scope(() => convert(images.narrow(0, at, Math.min(step, count - at)))));
    }
    return cat(parts);
  });
}
