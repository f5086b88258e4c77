/**
 * Features of images and the classes these belong to.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";

/** Features of images, and the images' classes. */
export interface LabelledFeatures {
  /** One row for each image (N, D), on any device, of any floating-point dtype. */
  readonly features: Tensor;
  /** The images' classes (N), whole numbers from 0. */
  readonly labels: Tensor;
}
