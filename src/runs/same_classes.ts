/**
 * Whether a classifier is one of the classes that are to be learned.
 *
 * @module
 */

import { specText } from "../base/spec.ts";
import type { Classifier } from "../nn/classifier.ts";

/**
 * Whether a model has as many classes, and those names, as far as both have any.
 *
 * @param classNames The names, if they are known.
 */
export function hasClasses(
  { numClasses, classNames: own }: Classifier,
  count: number,
  classNames: readonly string[] | undefined,
): boolean {
  return numClasses === count &&
    (classNames === undefined || own === null || specText(own) === specText(classNames));
}
