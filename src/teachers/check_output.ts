/**
 * Whether a teacher says what it declares.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import { Tensor } from "../torch/tensor.ts";
import type { TeacherOutput } from "./teacher_options.ts";

/** What a teacher declares. */
export interface Declared {
  /** What messages call the teacher. */
  readonly name: string;
  /** The width of its features. */
  readonly featureDim: number;
  /** The number of classes that it votes on; null for one that gives features only. */
  readonly numClasses: number | null;
}

/**
 * Refuses what a teacher says, now or kept, if it is not as declared.
 *
 * @param count The number of images that it is about.
 * @returns The features, and the logits of one that votes.
 * @throws {ArgumentError} if a part is no tensor.
 * @throws {ShapeError} if a part is not as many rows, or not as wide as declared.
 * @throws {DTypeError} if a part is not floating-point.
 */
export function checkOutput(
  { name, featureDim, numClasses }: Declared,
  { features, logits }: TeacherOutput,
  count: number,
): TeacherOutput {
  checkPart(features, `The features of teacher "${name}"`, [count, featureDim]);
  if (numClasses === null) return { features };
  checkPart(logits, `The logits of teacher "${name}"`, [count, numClasses]);
  return { features, logits };
}

function checkPart(
  part: Tensor | undefined,
  what: string,
  [count, width]: readonly [number, number],
): asserts part is Tensor {
  if (!(part instanceof Tensor)) throw new ArgumentError(`${what} are not a tensor.`);
  const shape = part.shape;
  if (shape.length !== 2 || shape[0] !== count || shape[1] !== width) {
    throw new ShapeError(
      `${what} have shape [${shape.join(", ")}]; declared is [${count}, ${width}].`,
    );
  }
  if (!isFloatingPoint(part.dtype)) {
    throw new DTypeError(`${what} are ${part.dtype}, not floating-point numbers.`);
  }
}
