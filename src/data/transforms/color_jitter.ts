/**
 * Colors changed at random.
 *
 * @module
 */

import { either, pair } from "../../base/option_parts.ts";
import { number } from "../../base/option_values.ts";
import { type Option, type OptionTable, resolveOptions } from "../../base/options.ts";
import { ArgumentError } from "../../base/errors.ts";
import { applyChosen } from "./choose.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  grayscale,
} from "./color.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";

/** How much {@linkcode colorJitter} changes: a number, or the least and the largest one. */
export interface ColorJitterOptions {
  /** Factors for brightness: from 1 - x (but at least 0) to 1 + x, or a range; none by default. */
  brightness?: number | readonly [least: number, most: number];
  /** Factors for contrast, likewise. */
  contrast?: number | readonly [least: number, most: number];
  /** Factors for saturation, likewise. */
  saturation?: number | readonly [least: number, most: number];
  /** Turns of the hue: from -x to x, at most 0.5, or a range. */
  hue?: number | readonly [least: number, most: number];
  /** The probability that an image is changed at all; 1 by default. */
  p?: number;
}

type Range = readonly [number, number];

function toRange(
  value: number | Range | undefined,
  name: string,
  middle: number,
  [least, most]: Range,
): Range | null {
  if (value === undefined) return null;
  const range: Range = typeof value === "number"
    ? [Math.max(least, middle - value), middle + value]
    : [value[0], value[1]];
  const small = typeof value === "number" && !(value >= 0);
  if (
    small || !(range[0] >= least && range[1] >= range[0] && range[1] <= most && range[1] < Infinity)
  ) {
    throw new ArgumentError(
      `colorJitter: ${name} is a number from 0 or a range from ${least} to ${most}, got ${
        typeof value === "number" ? value : `[${value}]`
      }.`,
    );
  }
  return range[0] === middle && range[1] === middle ? null : range;
}

/** The order in which an image's four changes are made, from a number below 24. */
function orderOf(number: number): number[] {
  const left = [0, 1, 2, 3];
  const order: number[] = [];
  for (let choices = 4; choices > 0; choices--) {
    order.push(...left.splice(number % choices, 1));
    number = Math.floor(number / choices);
  }
  return order;
}

function amount(help: string): Option<number | [number, number]> {
  const factor = number({});
  return either<[number, [number, number]]>([factor, pair(factor, {})], { default: 0, help });
}

/** The declaration of {@linkcode ColorJitterOptions}. */
export const COLOR_JITTER_OPTIONS: OptionTable<ColorJitterOptions> = {
  brightness: amount("factors for brightness: from 1 - x to 1 + x, or a range"),
  contrast: amount("factors for contrast, likewise"),
  saturation: amount("factors for saturation, likewise"),
  hue: amount("turns of the hue: from -x to x, at most 0.5, or a range"),
  p: number({ default: 1, min: 0, max: 1, help: "the probability that an image is changed" }),
};

/**
 * Changes brightness, contrast, saturation and hue of each image, in an order and by amounts of its own, as
 * torchvision's `ColorJitter` does. The dtype stays.
 *
 * @throws {ArgumentError} If a range is none, or `p` is no probability.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const jitter = data.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
 * using images = torch.randint(0, 256, [8, 3, 32, 32], { dtype: "uint8" });
 * const random = new data.ImageRandom(0, 0, [0, 1, 2, 3, 4, 5, 6, 7]);
 * using changed = jitter(images, random);
 * console.log(changed.dtype, changed.shape); // uint8 [8, 3, 32, 32]
 * ```
 */
export function colorJitter(options: ColorJitterOptions): Transform {
  const { p, ...amounts } = resolveOptions("colorJitter", COLOR_JITTER_OPTIONS, options);
  const brightness = toRange(amounts.brightness, "brightness", 1, [0, Infinity]);
  const contrast = toRange(amounts.contrast, "contrast", 1, [0, Infinity]);
  const saturation = toRange(amounts.saturation, "saturation", 1, [0, Infinity]);
  const hue = toRange(amounts.hue, "hue", 0, [-0.5, 0.5]);
  const ranges = [brightness, contrast, saturation, hue];
  const functions = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue];
  const spec = { name: "colorJitter", brightness, contrast, saturation, hue, p };
  return described(spec, (images, random) => {
    const { count } = imageSizes(images, "colorJitter", random);
    const numbers = random.draw(6);
    const orders = Array.from(
      { length: count },
      (_, row) => numbers[6 * row] < p ? orderOf(Math.floor(numbers[6 * row + 1] * 24)) : [],
    );
    const changes = functions.map((adjust, which) => {
      const range = ranges[which];
      if (range === null) return undefined;
      const amount = (row: number) =>
        range[0] + numbers[6 * row + 2 + which] * (range[1] - range[0]);
      return (part: typeof images, rows: readonly number[]) => adjust(part, rows.map(amount));
    });
    let result = images;
    for (let place = 0; place < 4; place++) {
      const before = result;
      result = applyChosen(before, orders.map((order) => order[place] ?? -1), changes);
      if (before !== images && before !== result) before.dispose();
    }
    return result;
  });
}

/** The declaration of the options of {@linkcode randomGrayscale}. */
export const RANDOM_GRAYSCALE_OPTIONS: OptionTable<{ p?: number }> = {
  p: number({ default: 0.1, min: 0, max: 1, help: "the probability that an image is changed" }),
};

/**
 * Takes the colors out of some of the images; they keep their channels.
 *
 * @param p The probability; 0.1 by default.
 * @throws {ArgumentError} If `p` is no probability.
 */
export function randomGrayscale(p = 0.1): Transform {
  resolveOptions("randomGrayscale", RANDOM_GRAYSCALE_OPTIONS, { p });
  return described({ name: "randomGrayscale", p }, (images, random) => {
    imageSizes(images, "randomGrayscale", random);
    const choices = Array.from(random.draw(1), (value) => value < p ? 0 : -1);
    return applyChosen(images, choices, [grayscale]);
  });
}
