/**
 * What a step of a method is given.
 *
 * @module
 */

import type { TeacherOutput } from "../teachers/teacher.ts";
import type { Tensor } from "../torch/tensor.ts";

/** Images without labels, such as an `UnlabelledBatch`. Something with labels is not one of these. */
export interface UnlabelledInput {
  /** The images (B, C, H, W). */
  readonly images: Tensor;
  /** The same before they were normalized, for teachers that preprocess by themselves. */
  readonly raw?: Tensor;
  /** What each of the method's teachers says about them, where known already, in the method's order. */
  readonly teacherOutputs?: readonly TeacherOutput[];
  /** Never there: labels cannot reach the student. */
  readonly labels?: never;
}

/** Images with labels, such as a `LabelledBatch`. */
export interface LabelledInput {
  /** The images (B, C, H, W). */
  readonly images: Tensor;
  /** The same before they were normalized, for teachers that preprocess by themselves. */
  readonly raw?: Tensor;
  /** The classes (B), int64. */
  readonly labels: Tensor;
  /** What each of the method's teachers says about them, where known already, in the method's order. */
  readonly teacherOutputs?: readonly TeacherOutput[];
}
