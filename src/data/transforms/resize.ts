/**
 * Images in another size.
 *
 * @module
 */

import { resizeImages, type ResizeOptions } from "../convert.ts";
import { toSize } from "../size.ts";
import { described } from "./described.ts";
import type { FixedTransform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";

/**
 * Resizes images; their dtype stays.
 *
 * @param size Rows and columns, or one number for both.
 * @param options Interpolation (bilinear by default) and antialiasing (on by default).
 * @throws {ArgumentError} If the size is not of whole numbers of at least 1.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const resize = data.resize([24, 16]);
 * using images = torch.rand([2, 3, 32, 32]);
 * using smaller = resize(images);
 * console.log(smaller.shape); // [2, 3, 24, 16]
 * ```
 */
export function resize(
  size: number | readonly [height: number, width: number],
  options: ResizeOptions = {},
): FixedTransform {
  const target = toSize(size, "resize");
  const { interpolation = "bilinear", antialias = true } = options;
  return described({ name: "resize", size: target, interpolation, antialias }, (images) => {
    const { height, width } = imageSizes(images, "resize");
    if (height === target[0] && width === target[1]) return images;
    return resizeImages(images, target, { interpolation, antialias });
  });
}
