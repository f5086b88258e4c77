/**
 * Parts of images.
 *
 * @module
 */

import { nullable } from "../../base/option_parts.ts";
import { number, whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { ShapeError } from "../../base/errors.ts";
import { slice } from "../../torch/slice.ts";
import { constantPadNd } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { toSize } from "../size.ts";
import { inOrder } from "../shuffle.ts";
import { sizeOption } from "../size_option.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { fillValue } from "./color_values.ts";
import { imageSizes } from "./image_sizes.ts";
import { indicesBeside } from "./indices_beside.ts";

/** Options of {@linkcode randomCrop}. */
export interface RandomCropOptions {
  /** Rows and columns of the result, or one number for both; the images' own by default. */
  size?: number | readonly [height: number, width: number] | null;
  /** The color around the images, from 0 to 1; black by default. */
  fill?: number;
}

/** The declaration of the options of {@linkcode randomCrop}. */
export const RANDOM_CROP_OPTIONS: OptionTable<RandomCropOptions & { padding: number }> = {
  padding: whole({ min: 0, help: "how many pixels are put around the images" }),
  size: nullable(sizeOption({ help: "rows and columns of the result; the images' own if null" })),
  fill: number({ default: 0, min: 0, max: 1, help: "the color of what was outside, from 0 to 1" }),
};

/**
 * Puts a border around the images and cuts a part out at a place of each image's own, all places
 * being equally likely.
 *
 * @param padding How many rows and columns are added on every side.
 * @throws {ArgumentError} If the padding or the size is not a whole number.
 * @throws {ShapeError} When applied: if the part is larger than the image with its border.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const crop = data.randomCrop(4);
 * using images = torch.rand([2, 3, 32, 32]);
 * const random = new data.ImageRandom(0, 0, [10, 11]); // of images 10 and 11
 * using moved = crop(images, random);
 * console.log(moved.shape); // [2, 3, 32, 32]
 * ```
 */
export function randomCrop(padding: number, options: RandomCropOptions = {}): Transform {
  const filled = resolveOptions("randomCrop", RANDOM_CROP_OPTIONS, { padding, ...options });
  const size = filled.size === null ? null : toSize(filled.size, "randomCrop");
  const { fill } = filled;
  const spec = { name: "randomCrop", padding, size, fill };
  return described(spec, (images, random) => {
    const { count, height, width } = imageSizes(images, "randomCrop", random);
    const [rows, columns] = size ?? [height, width];
    const down = height + 2 * padding - rows + 1;
    const across = width + 2 * padding - columns + 1;
    if (down < 1 || across < 1) {
      throw new ShapeError(
        `randomCrop: ${rows} x ${columns} do not fit in images of ${height} x ${width} with ` +
          `${padding} more on every side; give a smaller size or more padding.`,
      );
    }
    const corners = random.drawWhole(down, across);
    const tops = Int32Array.from({ length: count }, (_, i) => corners[2 * i]);
    const lefts = Int32Array.from({ length: count }, (_, i) => corners[2 * i + 1]);
    return scope(() => {
      const border = constantPadNd(
        images,
        [padding, padding, padding, padding],
        fillValue(fill, images),
      );
      return cropAt(border, tops, lefts, rows, columns);
    });
  });
}

/** The part of each image that begins at its row `tops[i]` and column `lefts[i]`. */
function cropAt(
  images: Tensor,
  tops: Int32Array,
  lefts: Int32Array,
  rows: number,
  columns: number,
): Tensor {
  // A view (B, C, top, left, row, column) of all parts there are; picking copies only those wanted.
  const parts = images.unfold(2, rows, 1).unfold(3, columns, 1);
  return parts.index(
    indicesBeside(inOrder(tops.length), images),
    slice(),
    indicesBeside(tops, images),
    indicesBeside(lefts, images),
  ).contiguous();
}
