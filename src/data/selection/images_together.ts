/**
 * Images in memory of several data sets, as one tensor.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { convertChannels, resizeImages } from "../convert.ts";
import { convertInParts } from "../convert_parts.ts";
import { toSize } from "../size.ts";
import type { JoinOptions } from "./options.ts";

/**
 * All images, one data set's after the other's.
 *
 * @param names What messages call the data sets.
 * @throws {ShapeError} If sizes or channels differ, and no option says what to convert to.
 */
export function imagesTogether(
  images: readonly Tensor[],
  names: readonly string[],
  options: JoinOptions,
): Tensor {
  return scope(() => {
    const converted = images.map((some) => convert(some, options));
    const shapes = converted.map((tensor) => tensor.shape.slice(1).join(" x "));
    if (new Set(shapes).size > 1) {
      throw new ShapeError(
        `Images of different shapes cannot be joined (channels x height x width): ${
          names.map((name, i) => `${name} has ${shapes[i]}`).join(", ")
        }. Convert them with the options size and channels.`,
      );
    }
    return cat(converted);
  });
}

function convert(images: Tensor, { size, channels }: JoinOptions): Tensor {
  const target = size === undefined ? undefined : toSize(size, "joinDatasets");
  const [, from, height, width] = images.shape;
  const recolor = channels !== undefined && channels !== from;
  const resize = target !== undefined && (target[0] !== height || target[1] !== width);
  if (!recolor && !resize) return images;
  return convertInParts(images, (part) => {
    const colored = recolor ? convertChannels(part, channels) : part;
    return resize ? resizeImages(colored, target) : colored;
  });
}
