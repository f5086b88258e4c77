/**
 * RandAugment.
 *
 * @module
 */

import { choice, number, whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { ArgumentError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { type InverseMap, warp } from "./warp.ts";
import type { WarpOptions } from "./warp_options.ts";
import { applyChosen, type PartTransform } from "./choose.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./color.ts";
import { adjustSharpness, autocontrast, equalize, posterize, solarize } from "./tone.ts";
import { described } from "./described.ts";
import type { Transform } from "./transform.ts";
import { imageSizes } from "./image_sizes.ts";

/** Options of {@linkcode randAugment}. */
export interface RandAugmentOptions extends WarpOptions {
  /** How many changes are made to each image, one after the other; 2 by default. */
  count?: number;
  /** How strong they are, a whole number below `bins`; 9 by default. */
  magnitude?: number;
  /** How many strengths there are; 31 by default. */
  bins?: number;
}

/** The changes, in the order in which {@linkcode randAugment} numbers them. */
export const RAND_AUGMENT_CHANGES = [
  "identity",
  "shearX",
  "shearY",
  "translateX",
  "translateY",
  "rotate",
  "brightness",
  "color",
  "contrast",
  "sharpness",
  "posterize",
  "solarize",
  "autocontrast",
  "equalize",
] as const;

/** One of the changes that {@linkcode randAugment} makes. */
export type RandAugmentChange = typeof RAND_AUGMENT_CHANGES[number];

/** Whether a change goes either way. */
const signed: ReadonlySet<RandAugmentChange> = new Set<RandAugmentChange>([
  "shearX",
  "shearY",
  "translateX",
  "translateY",
  "rotate",
  "brightness",
  "color",
  "contrast",
  "sharpness",
]);

/**
 * Makes one of RandAugment's changes to images, each in a direction of its own.
 *
 * @param images (B, 1 or 3, H, W), uint8 or floating-point; so is the result.
 * @param change Which one.
 * @param strength From 0 (none) to 1 (the strongest).
 * @param directions For each image 1 or -1; changes that go one way only do not use it.
 */
export function randAugmentChange(
  images: Tensor,
  change: RandAugmentChange,
  strength: number,
  directions: readonly number[],
  options: WarpOptions = {},
): Tensor {
  const { height, width } = imageSizes(images, "randAugmentChange");
  const amounts = (most: number) => directions.map((direction) => direction * strength * most);
  const moved = (maps: readonly InverseMap[]) => warp(images, maps, options);
  const straight = { a: 1, b: 0, c: 0, d: 1, right: 0, down: 0 };
  const whole = (most: number) => amounts(most).map(Math.trunc);
  switch (change) {
    case "identity":
      return images;
    case "shearX":
      // About the upper left corner, so that what moves out of the middle depends on the size.
      return moved(
        amounts(0.3).map((lean) => ({ ...straight, b: lean, right: lean * height / 2 })),
      );
    case "shearY":
      return moved(amounts(0.3).map((lean) => ({ ...straight, c: lean, down: lean * width / 2 })));
    case "translateX":
      return moved(whole(150 / 331 * width).map((by) => ({ ...straight, right: -by })));
    case "translateY":
      return moved(whole(150 / 331 * height).map((by) => ({ ...straight, down: -by })));
    case "rotate":
      return moved(
        amounts(Math.PI / 6).map((angle) => {
          const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
          return { a: cos, b: -sin, c: sin, d: cos, right: 0, down: 0 };
        }),
      );
    case "brightness":
      return adjustBrightness(images, amounts(0.9).map((amount) => 1 + amount));
    case "color":
      return adjustSaturation(images, amounts(0.9).map((amount) => 1 + amount));
    case "contrast":
      return adjustContrast(images, amounts(0.9).map((amount) => 1 + amount));
    case "sharpness":
      return adjustSharpness(images, amounts(0.9).map((amount) => 1 + amount));
    case "posterize":
      return posterize(images, 8 - Math.round(4 * strength));
    case "solarize":
      return solarize(images, 1 - strength);
    case "autocontrast":
      return autocontrast(images);
    case "equalize":
      return equalize(images);
  }
}

/** The declaration of {@linkcode RandAugmentOptions}. */
export const RAND_AUGMENT_OPTIONS: OptionTable<RandAugmentOptions> = {
  count: whole({ default: 2, min: 0, help: "how many changes are made to each image" }),
  magnitude: whole({ default: 9, min: 0, help: "how strong they are, below bins" }),
  bins: whole({ default: 31, min: 2, help: "how many strengths there are" }),
  interpolation: choice(["nearest", "bilinear"], {
    default: "nearest",
    help: "how pixels are sampled",
  }),
  fill: number({ default: 0, min: 0, max: 1, help: "the color of what was outside, from 0 to 1" }),
};

/**
 * Makes some random changes to each image, of one strength: shears, shifts, rotations, and changes of colors and
 * tones, with the list and the strengths of torchvision's `RandAugment`. The dtype stays; torchvision's is for uint8,
 * which is best put in front of `normalize`.
 *
 * E. D. Cubuk, B. Zoph, J. Shlens, Q. V. Le: RandAugment: practical automated data augmentation with a reduced search
 * space (CVPR workshops 2020).
 *
 * @throws {ArgumentError} If an option is not a whole number in its range.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const augment = data.compose(
 *   data.randAugment({ count: 2, magnitude: 9 }),
 *   data.normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
 * );
 * ```
 */
export function randAugment(options: RandAugmentOptions = {}): Transform {
  const filled = resolveOptions("randAugment", RAND_AUGMENT_OPTIONS, options);
  const { count, magnitude, bins, interpolation, fill } = filled;
  if (magnitude >= bins) {
    throw new ArgumentError(
      `randAugment: the magnitude is a whole number from 0 to ${bins - 1}, got ${magnitude}.`,
    );
  }
  const strength = magnitude / (bins - 1);
  const spec = { name: "randAugment", ...filled };
  return described(spec, (images, random) => {
    const { count: size } = imageSizes(images, "randAugment", random);
    let result = images;
    for (let change = 0; change < count; change++) {
      const numbers = random.drawWhole(RAND_AUGMENT_CHANGES.length, 2);
      const choices = Array.from({ length: size }, (_, row) => numbers[2 * row]);
      const direction = (row: number) => numbers[2 * row + 1] === 0 ? -1 : 1;
      const before = result;
      result = applyChosen(
        before,
        choices,
        RAND_AUGMENT_CHANGES.map((name): PartTransform | undefined =>
          name === "identity" ? undefined : (part, rows) =>
            randAugmentChange(
              part,
              name,
              strength,
              rows.map(signed.has(name) ? direction : () => 1),
              { interpolation, fill },
            )
        ),
      );
      if (before !== images && before !== result) before.dispose();
    }
    return result;
  });
}
