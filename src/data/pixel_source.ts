/**
 * Where pixels come from.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import type { Tensor } from "../torch/tensor.ts";

/** Some images' pixels. */
export interface Pixels extends Disposable {
  /** The pixels (B, C, H, W), augmented but not normalized. */
  readonly pixels: Tensor;
  /** Which images they are of: int64 (B), on the CPU. */
  readonly indices: Tensor;
}

/**
 * What makes pixels of images, and can make the same ones again: those of an image depend on its number and on its variant,
 * not on the images that are asked for together with it. A `Loader` is one.
 */
export interface PixelSource {
  /** How many images there are. */
  readonly images: number;
  /** How many variants of each image there are; null for another one in every epoch. */
  readonly views: number | null;
  /** The pixels of some images in a variant. */
  pixelsOf(indices: Int32Array, variant: number): Pixels | Promise<Pixels>;
  /**
   * What decides the pixels of an image in a variant, as plain data: two sources with one spec give the same. Null in it
   * stands for a transform that gives others each time.
   */
  pixelSpec(): Promise<Spec>;
}

/** Which variants of which images a batch's pixels are. */
export interface Origin {
  /** What made them. */
  readonly source: PixelSource;
  /** The number of the variant: the epoch's, or of fixed variants the epoch's place in them. */
  readonly variant: number;
}
