/**
 * Parts of images, resized.
 *
 * @module
 */

import { span } from "../../base/option_parts.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import { resizeImages, type ResizeOptions } from "../convert.ts";
import { toSize } from "../size.ts";
import { drawRectangle } from "../images/crop.ts";
import { RESIZE_OPTIONS } from "./resize.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";

/** Options of {@linkcode randomResizedCrop}. */
export interface RandomResizedCropOptions extends ResizeOptions {
  /** The least and the largest part of the image's area; [0.08, 1] by default. */
  scale?: readonly [least: number, most: number];
  /** The least and the largest width divided by height; [3/4, 4/3] by default. */
  ratio?: readonly [least: number, most: number];
}

/** Ten tries with an area and a shape each, then a place. */
const NUMBERS = 22;

/** The declaration of the options of {@linkcode randomResizedCrop}. */
export const RANDOM_RESIZED_CROP_OPTIONS: OptionTable<
  RandomResizedCropOptions & { size: number | readonly [height: number, width: number] }
> = {
  ...RESIZE_OPTIONS,
  scale: span({ default: [0.08, 1], above: 0, max: 1, help: "the part of the image's area" }),
  ratio: span({ default: [3 / 4, 4 / 3], above: 0, help: "width divided by height" }),
};

/**
 * Takes a part of random place, size and proportions of each image and resizes it, as torchvision's
 * `RandomResizedCrop`. For images in memory: `ImageFolder` and its like do this while they decode.
 *
 * @param size Rows and columns of the result, or one number for both.
 * @throws {ArgumentError} If the size, an area or a ratio is out of range.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const crop = data.randomResizedCrop(24, { scale: [0.5, 1] });
 * using images = torch.rand([2, 3, 32, 32]);
 * using parts = crop(images, new data.ImageRandom(0, 0, [10, 11]));
 * console.log(parts.shape); // [2, 3, 24, 24]
 * ```
 */
export function randomResizedCrop(
  size: number | readonly [height: number, width: number],
  options: RandomResizedCropOptions = {},
): Transform {
  const filled = resolveOptions("randomResizedCrop", RANDOM_RESIZED_CROP_OPTIONS, {
    size,
    ...options,
  });
  const target = toSize(filled.size, "randomResizedCrop");
  const { scale, ratio, interpolation, antialias } = filled;
  const spec = { name: "randomResizedCrop", size: target, scale, ratio, interpolation, antialias };
  return described(spec, (images, random) => {
    const { count, height, width } = imageSizes(images, "randomResizedCrop", random);
    const numbers = random.draw(NUMBERS);
    return scope(() =>
      cat(Array.from({ length: count }, (_, row) => {
        let at = NUMBERS * row;
        const part = drawRectangle(width, height, scale, ratio, () => numbers[at++]);
        const crop = images.narrow(0, row, 1).narrow(2, part.top, part.height)
          .narrow(3, part.left, part.width);
        return resizeImages(crop, target, { interpolation, antialias });
      }))
    );
  });
}
