/**
 * Classes by name: of classifiers, and of the images that there are.
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

/** Labelled images, as far as they tell of their classes. */
interface Counted {
  readonly classNames: readonly string[];
  classCounts(): number[];
}

/** The names of the classes that there are images of. */
export function presentClasses(images: Counted): readonly string[] {
  const counts = images.classCounts();
  return images.classNames.filter((_, label) => counts[label] > 0);
}
