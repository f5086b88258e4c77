/**
 * What CLIP expects of an image.
 *
 * @module
 */

/** The mean of the channels that CLIP was trained with, of values from 0 to 1. */
export const CLIP_MEAN: readonly [number, number, number] = [0.48145466, 0.4578275, 0.40821073];

/** The standard deviation of the channels that CLIP was trained with, of values from 0 to 1. */
export const CLIP_STD: readonly [number, number, number] = [0.26862954, 0.26130258, 0.27577711];
