/**
 * Corrupted photographs.
 *
 * @module
 */

import { choice, whole } from "../../base/option_values.ts";
import { type OptionTable, resolveOptions } from "../../base/options.ts";
import { CORRUPTIONS } from "./corruptions.ts";
import { described } from "./described.ts";
import { imageSizes } from "./image_sizes.ts";
import type { Transform } from "./transform.ts";

/** What may befall a photograph. */
export type Corruption =
  | "gaussianNoise"
  | "gaussianBlur"
  | "defocusBlur"
  | "contrast"
  | "pixelate";

/** Options of {@linkcode corrupt}. */
export interface CorruptOptions {
  /** What befalls the images. */
  corruption: Corruption;
  /** How much of it, from 1 to 5; 3 by default. */
  severity?: number;
}

/** The declaration of {@linkcode CorruptOptions}. */
export const CORRUPT_OPTIONS: OptionTable<CorruptOptions> = {
  corruption: choice(Object.keys(CORRUPTIONS) as Corruption[], {
    help: "what befalls the images, as in CIFAR-10-C",
  }),
  severity: whole({ default: 3, min: 1, max: 5, help: "how much of it" }),
};

/**
 * Corrupts images of about 32 pixels as CIFAR-10-C does: noise, blur, less contrast, coarser pixels, with the published
 * constants of each severity.
 *
 * D. Hendrycks, T. Dietterich: Benchmarking neural network robustness to common corruptions and perturbations (ICLR 2019,
 * arXiv 1903.12261). Only the noise is random; its numbers are a function of seed, variant and image.
 *
 * @param corruption What befalls the images.
 * @param options How much of it.
 * @throws {ArgumentError} If there is no such corruption or severity.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const blur = data.corrupt("defocusBlur", { severity: 5 });
 * using images = torch.rand([2, 3, 32, 32]);
 * using blurred = blur(images, new data.ImageRandom(0, 0, [10, 11]));
 * ```
 */
export function corrupt(
  corruption: Corruption,
  options: Omit<CorruptOptions, "corruption"> = {},
): Transform {
  const filled = resolveOptions("corrupt", CORRUPT_OPTIONS, { corruption, ...options });
  return described({ name: "corrupt", ...filled }, (images, random) => {
    imageSizes(images, "corrupt", random);
    return CORRUPTIONS[filled.corruption](images, filled.severity, random);
  });
}
