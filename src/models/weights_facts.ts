/**
 * What published weights are, and what they expect of an image.
 *
 * @module
 */

/** What published weights are, and what they expect of an image. */
export interface WeightsFacts {
  /** Which of an architecture's weights these are, in timm's way: what stands after the point of a name; null for none. */
  readonly tag: string | null;
  /** The side in pixels of the images that it was trained on. */
  readonly inputSize: number;
  /** The side of an evaluated image's middle that is shown to it, as a part of the resized image's. */
  readonly cropFraction: number;
  /**
   * How a photograph that is not square is made so: `"center"` keeps its shape and cuts off what is too long, `"squash"`
   * does not keep its shape, `"border"` keeps it and fills up what is too short.
   */
  readonly cropMode: "center" | "squash" | "border";
  /** The mean of each channel, of values from 0 to 1. */
  readonly mean: readonly [number, number, number];
  /** The standard deviation of each channel, of values from 0 to 1. */
  readonly std: readonly [number, number, number];
  /** How images are resized for it. */
  readonly interpolation: "bilinear" | "bicubic";
  /** The number of classes of the published weights; 0 where they have no head. */
  readonly numClasses: number;
  /** The license of the published weights, by its short name where it has one; null where none is known. */
  readonly license: string | null;
  /** The repository of the model hub that has the weights; null where none is known. */
  readonly hub: string | null;
}
