/**
 * Images with a rectangle painted over.
 *
 * @module
 */

import { span } from "../../base/option_parts.ts";
import { number, whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { arange, tensor } from "../../torch/creation.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { fillValue } from "./color_values.ts";
import { imageSizes } from "./image_sizes.ts";

/** Options of {@linkcode randomErasing}. */
export interface RandomErasingOptions {
  /** The probability that an image gets a rectangle; 0.5 by default. */
  p?: number;
  /** The least and the largest part of the image that is covered; [0.02, 0.33] by default. */
  area?: readonly [least: number, most: number];
  /** The least and the largest height divided by width; [0.3, 3.3] by default. */
  ratio?: readonly [least: number, most: number];
  /** The rectangle's color, from 0 to 1; black by default. */
  fill?: number;
}

/** The declaration of {@linkcode RandomErasingOptions}. */
export const RANDOM_ERASING_OPTIONS: OptionTable<RandomErasingOptions> = {
  p: number({ default: 0.5, min: 0, max: 1, help: "the probability that an image is changed" }),
  area: span({
    default: [0.02, 0.33],
    above: 0,
    max: 1,
    help: "the part of the image that is covered",
  }),
  ratio: span({
    default: [0.3, 3.3],
    above: 0,
    help: "the rectangle's height divided by its width",
  }),
  fill: number({ default: 0, min: 0, max: 1, help: "the rectangle's color" }),
};

/**
 * Paints over a rectangle of random size and place in some of the images. A side longer than the
 * image is cut to its length.
 *
 * Z. Zhong et al.: Random erasing data augmentation (AAAI 2020).
 *
 * @throws {ArgumentError} If `p`, an area or a ratio is out of range.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const erase = data.randomErasing({ p: 0.25, area: [0.02, 0.2] });
 * using images = torch.ones([2, 3, 32, 32]);
 * using erased = erase(images, new data.ImageRandom(0, 0, [10, 11]));
 * ```
 */
export function randomErasing(options: RandomErasingOptions = {}): Transform {
  const filled = resolveOptions("randomErasing", RANDOM_ERASING_OPTIONS, options);
  const { p, area, ratio, fill } = filled;
  const spec = { name: "randomErasing", ...filled };
  return described(spec, (images, random) => {
    const { count, height, width } = imageSizes(images, "randomErasing", random);
    const numbers = random.draw(5);
    const edges = new Float32Array(4 * count);
    for (let i = 0; i < count; i++) {
      const [chance, sizeAt, ratioAt, topAt, leftAt] = numbers.subarray(5 * i);
      if (chance >= p) continue;
      const pixels = (area[0] + sizeAt * (area[1] - area[0])) * height * width;
      // Evenly in the logarithm: as often twice as high as wide as the other way round.
      const shape = ratio[0] * (ratio[1] / ratio[0]) ** ratioAt;
      const rows = Math.min(height, Math.max(1, Math.round(Math.sqrt(pixels * shape))));
      const columns = Math.min(width, Math.max(1, Math.round(Math.sqrt(pixels / shape))));
      const top = Math.floor(topAt * (height - rows + 1));
      const left = Math.floor(leftAt * (width - columns + 1));
      edges.set([top, top + rows, left, left + columns], 4 * i);
    }
    return paint(images, edges, fill);
  });
}

/** The declaration of the options of {@linkcode cutout}. */
export const CUTOUT_OPTIONS: OptionTable<{ size: number; fill?: number }> = {
  size: whole({ min: 1, help: "the side of the square" }),
  fill: number({ default: 0, min: 0, max: 1, help: "the square's color" }),
};

/**
 * Paints over a square whose center is any pixel of the image, all being equally likely; what lies
 * outside the image is cut off.
 *
 * T. DeVries, G. Taylor: Improved regularization of convolutional neural networks with cutout (2017).
 *
 * @param size The square's side in pixels.
 * @param options `fill`: the square's color, from 0 to 1; black by default.
 * @throws {ArgumentError} If the size is not a whole number of at least 1.
 */
export function cutout(size: number, options: { fill?: number } = {}): Transform {
  const { fill } = resolveOptions("cutout", CUTOUT_OPTIONS, { size, ...options });
  return described({ name: "cutout", size, fill }, (images, random) => {
    const { count, height, width } = imageSizes(images, "cutout", random);
    const centers = random.drawWhole(height, width);
    const edges = new Float32Array(4 * count);
    for (let i = 0; i < count; i++) {
      const top = centers[2 * i] - Math.floor(size / 2);
      const left = centers[2 * i + 1] - Math.floor(size / 2);
      edges.set([top, top + size, left, left + size], 4 * i);
    }
    return paint(images, edges, fill);
  });
}

/** Fills in each image the rectangle of its four edges: top, bottom, left, right. */
function paint(images: Tensor, edges: Float32Array, fill: number): Tensor {
  const { count, height, width } = imageSizes(images, "paint");
  return scope(() => {
    const { device } = images;
    const [top, bottom, left, right] = tensor(edges, { shape: [count, 1, 1, 4], device })
      .split(1, 3);
    const rows = arange(0, height, 1, { device }).reshape(1, 1, height, 1);
    const columns = arange(0, width, 1, { device }).reshape(1, 1, 1, width);
    const inside = rows.ge(top).logicalAnd(rows.lt(bottom))
      .logicalAnd(columns.ge(left)).logicalAnd(columns.lt(right));
    return images.maskedFill(inside, fillValue(fill, images));
  });
}
