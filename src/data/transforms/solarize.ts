/**
 * Images as in a negative, or partly so.
 *
 * @module
 */

import { number } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import { described } from "./described.ts";
import { imageSizes } from "./image_sizes.ts";
import { indicesBeside } from "./indices_beside.ts";
import { solarize } from "./tone.ts";
import type { Transform } from "./transform.ts";

/** The options of {@linkcode randomSolarize}. */
export interface RandomSolarizeOptions {
  /** From where on values are turned round, from 0 (a negative of the whole image) to 1; 0.5 by default. */
  threshold?: number;
  /** The probability that an image is changed; 0.5 by default. */
  p?: number;
}

/** The declaration of {@linkcode RandomSolarizeOptions}. */
export const RANDOM_SOLARIZE_OPTIONS: OptionTable<RandomSolarizeOptions> = {
  threshold: number({
    default: 0.5,
    min: 0,
    max: 1,
    help: "from where on values are turned round; 0 for a negative of the whole image",
  }),
  p: number({ default: 0.5, min: 0, max: 1, help: "the probability that an image is changed" }),
};

/**
 * Turns the light parts of each image into a negative with probability `p`, as torchvision's `RandomSolarize` does.
 *
 * @throws {ArgumentError} If an option is not from 0 to 1.
 */
export function randomSolarize(options: RandomSolarizeOptions = {}): Transform {
  const filled = resolveOptions("randomSolarize", RANDOM_SOLARIZE_OPTIONS, options);
  const { threshold, p } = filled;
  return described({ name: "randomSolarize", ...filled }, (images, random) => {
    const { count } = imageSizes(images, "randomSolarize", random);
    const chosen = Int32Array.from(random.draw(1), (value, i) => value < p ? count + i : i);
    return scope(() =>
      cat([images, solarize(images, threshold)]).indexSelect(0, indicesBeside(chosen, images))
    );
  });
}
