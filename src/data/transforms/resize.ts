/**
 * Images in another size.
 *
 * @module
 */

import { choice, flag } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { resizeImages, type ResizeOptions } from "../convert.ts";
import { toSize } from "../size.ts";
import { sizeOption } from "../size_option.ts";
import { described } from "./described.ts";
import type { FixedTransform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";

/** The declaration of the options of {@linkcode resize}. */
export const RESIZE_OPTIONS: OptionTable<
  ResizeOptions & { size: number | readonly [height: number, width: number] }
> = {
  size: sizeOption({ help: "rows and columns, or one number for both" }),
  interpolation: choice(["bilinear", "bicubic"], {
    default: "bilinear",
    help: "how pixels are resized",
  }),
  antialias: flag({ default: true, help: "averages over all pixels that fall into one" }),
};

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
  const filled = resolveOptions("resize", RESIZE_OPTIONS, { size, ...options });
  const target = toSize(filled.size, "resize");
  const { interpolation, antialias } = filled;
  return described({ name: "resize", size: target, interpolation, antialias }, (images) => {
    const { height, width } = imageSizes(images, "resize");
    if (height === target[0] && width === target[1]) return images;
    return resizeImages(images, target, { interpolation, antialias });
  });
}
