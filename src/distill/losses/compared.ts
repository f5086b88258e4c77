/**
 * What losses on logits compare.
 *
 * @module
 */

import type { Tensor } from "../../torch/tensor.ts";
import { checkLike, checkMatrix } from "../checks.ts";
import { bothUpcast } from "../upcast.ts";

/** A student's logits and what its teachers predict, in one dtype of at least float32. */
export interface Compared {
  /** The student's logits over T (B, C). */
  readonly scaled: Tensor;
  /** What the teachers predict (B, C). */
  readonly probabilities: Tensor;
  /** The number of images, B. */
  readonly batch: number;
  /** The number of classes, C. */
  readonly classes: number;
}

/**
 * Puts a student's logits (B, C) beside a prediction (B, C).
 *
 * @param temperature T, above 0.
 * @param what What the prediction is called in messages.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if the two do not fit together.
 */
export function compared(
  studentLogits: Tensor,
  given: Tensor,
  temperature: number,
  what = "the teachers' prediction",
): Compared {
  const [batch, classes] = checkMatrix(studentLogits, "the student's logits");
  const [logits, probabilities] = bothUpcast(studentLogits, given);
  checkLike(logits, "the student's logits", probabilities, what);
  return {
    scaled: temperature === 1 ? logits : logits.div(temperature),
    probabilities,
    batch,
    classes,
  };
}
