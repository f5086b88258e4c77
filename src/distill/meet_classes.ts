/**
 * Names of classes, of a student and of the images that it learns from.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";

/** Batches, as far as they tell the names of their classes; of two loaders side by side the labelled one does. */
interface Named {
  readonly labelled?: Named;
  readonly dataset?: { readonly classNames?: unknown };
}

/**
 * Gives a student the names of its data's classes; those that it has must be the same.
 *
 * @throws {ArgumentError} if they are others.
 */
export function meetClasses(student: Classifier, batches: unknown): void {
  const given = (batches ?? {}) as Named;
  const names = (given.labelled ?? given).dataset?.classNames;
  if (!Array.isArray(names) || names.length !== student.numClasses) return;
  if (student.classNames === null) {
    student.classNames = Object.freeze([...names]);
    return;
  }
  const at = student.classNames.findIndex((name, i) => name !== names[i]);
  if (at < 0) return;
  throw new ArgumentError(
    `Class ${at} of the model is "${student.classNames[at]}", and that of the images "${
      names[at]
    }": labels would mean ` +
      `other classes than those that the model knows. Set model.classNames to null if it is to learn these.`,
  );
}
