/**
 * Whether a teacher says what it declares.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import { Tensor } from "../torch/tensor.ts";
import type { AskOptions, TeacherOutput } from "./teacher_options.ts";

/** What a teacher declares. */
export interface Declared {
  /** What messages call the teacher. */
  readonly name: string;
  /** The width of its features. */
  readonly featureDim: number;
  /** The number of classes that it votes on; null for one that gives features only. */
  readonly numClasses: number | null;
  /** The number of channels of its patches; null for one that has none. */
  readonly patchDim: number | null;
}

/**
 * Refuses what a teacher says, now or kept, if it is not as declared.
 *
 * @param count The number of images that it is about.
 * @param asked Whether patches are wanted.
 * @returns The features, the logits of one that votes, and its patches if it has some and they are wanted.
 * @throws {ArgumentError} if a part is no tensor.
 * @throws {ShapeError} if a part is not as many rows, or not as wide as declared, or patches are no map.
 * @throws {DTypeError} if a part is not floating-point.
 */
export function checkOutput(
  { name, featureDim, numClasses, patchDim }: Declared,
  { features, logits, patches }: TeacherOutput,
  count: number,
  asked: AskOptions = {},
): TeacherOutput {
  checkPart(features, `The features of teacher "${name}"`, [count, featureDim]);
  const checked: TeacherOutput = { features };
  if (numClasses !== null) {
    checkPart(logits, `The logits of teacher "${name}"`, [count, numClasses]);
    checked.logits = logits;
  }
  if (patchDim !== null && asked.patches) {
    checkPart(patches, `The patches of teacher "${name}"`, [count, patchDim, "H", "W"]);
    checked.patches = patches;
  }
  return checked;
}

function checkPart(
  part: Tensor | undefined,
  what: string,
  declared: readonly (number | string)[],
): asserts part is Tensor {
  if (!(part instanceof Tensor)) throw new ArgumentError(`${what} are not a tensor.`);
  const shape = part.shape;
  // Any number of rows and columns, which are there by a letter.
  const fits = (size: number, i: number) =>
    typeof declared[i] === "string" ? size > 0 : size === declared[i];
  if (shape.length !== declared.length || !shape.every(fits)) {
    throw new ShapeError(
      `${what} have shape [${shape.join(", ")}]; declared is [${declared.join(", ")}].`,
    );
  }
  if (!isFloatingPoint(part.dtype)) {
    throw new DTypeError(`${what} are ${part.dtype}, not floating-point numbers.`);
  }
}
