/**
 * The random numbers of one image in one variant, whoever asks for them and whenever.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import { RandomSequence } from "./philox.ts";
import { DECODING } from "./random_purposes.ts";

/**
 * The seed that all images of one variant share for one purpose; each image's sequence is a part of it.
 *
 * @throws {ArgumentError} If the seed or the variant is not a whole number from 0 to 2^53 - 1.
 */
export function variantSeed(seed: number, purpose: number, variant: number): number {
  return new RandomSequence(seed, purpose, variant).next53();
}

/**
 * The sequence that an image's part is drawn from when the image is decoded.
 *
 * @param variant Which variant of the image, such as the epoch's number.
 * @param image The image's index in its data set.
 * @throws {ArgumentError} If one of the three is not a whole number from 0 to 2^53 - 1.
 */
export function decodingSequence(seed: number, variant: number, image: number): RandomSequence {
  return new RandomSequence(variantSeed(seed, DECODING, variant), DECODING, image);
}
