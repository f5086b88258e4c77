/**
 * Which images of a labelled data set are chosen: indices from labels, whatever the images are made of.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { LabelSpace } from "../label_space.ts";
import { inOrder, selectionOrder } from "../shuffle.ts";
import type { OfClassesOptions } from "./options.ts";
import { findClasses, keepClasses } from "./spaces.ts";

/** How many of `length` images `take(count)` takes. */
export function takenOf(count: number, length: number): number {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new ArgumentError(`take: the number of images is a whole number from 0, got ${count}.`);
  }
  return Math.min(count, length);
}

/** How many images each class has. */
export function countClasses({ classNames }: LabelSpace, labels: Int32Array): number[] {
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

/**
 * `perClass` random images of every class that has any, in random order. With the same seed, a smaller choice is part
 * of a larger one.
 *
 * @throws {ArgumentError} If `perClass` is not a whole number of at least 1, or a class has some images, but fewer than
 * that.
 */
export function chooseBalanced(
  space: LabelSpace,
  labels: Int32Array,
  perClass: number,
  seed: number,
): Int32Array {
  if (!Number.isSafeInteger(perClass) || perClass < 1) {
    throw new ArgumentError(
      `${space.name}: perClass is a whole number of at least 1, got ${perClass}.`,
    );
  }
  const counts = countClasses(space, labels);
  counts.forEach((count, label) => {
    if (count > 0 && count < perClass) {
      throw new ArgumentError(
        `${space.name}: class ${label} (${space.classNames[label]}) has ${count} images, fewer ` +
          `than the ${perClass} wanted of each class. Ask for fewer, leave the class out with ` +
          `ofClasses, or take a share of each class with stratifiedSubset.`,
      );
    }
  });
  return chooseCounts(labels, counts.map(() => perClass), seed);
}

/**
 * A fraction of the images of every class, rounded, but at least one of each that has any, in random order. With the
 * same seed, a smaller choice is part of a larger one.
 *
 * @throws {ArgumentError} If the fraction is no number above 0 and up to 1.
 */
export function chooseStratified(
  space: LabelSpace,
  labels: Int32Array,
  fraction: number,
  seed: number,
): Int32Array {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new ArgumentError(
      `${space.name}: the fraction of each class is a number above 0 and up to 1, such as 0.01 ` +
        `for 1 %, got ${fraction}.`,
    );
  }
  const counts = countClasses(space, labels);
  return chooseCounts(
    labels,
    counts.map((count) => Math.max(1, Math.round(fraction * count))),
    seed,
  );
}

/** So many images of each class as there are, at most, in random order. */
function chooseCounts(labels: Int32Array, wanted: readonly number[], seed: number): Int32Array {
  const left = [...wanted];
  return selectionOrder(labels.length, seed).filter((row) => left[labels[row]]-- > 0);
}

/** The images that a choice leaves, in their order. */
export function restOf(chosen: Int32Array | readonly number[], length: number): Int32Array {
  const taken = new Uint8Array(length);
  for (const image of chosen) taken[image] = 1;
  return inOrder(length).filter((image) => taken[image] === 0);
}

/** Images, the labels that they get, and what these mean. */
export interface ChosenClasses {
  readonly indices: Int32Array;
  readonly labels: Int32Array;
  readonly space: LabelSpace;
}

/**
 * The images of some classes, in their order.
 *
 * @param classes Labels or names.
 * @throws {ArgumentError} If there is no such class, or none is given.
 */
export function chooseClasses(
  space: LabelSpace,
  labels: Int32Array,
  classes: readonly (number | string)[],
  { relabel = false, name = space.name }: OfClassesOptions,
): ChosenClasses {
  const kept = findClasses(space, classes);
  const numbers = new Map(kept.map((label, number) => [label, relabel ? number : label]));
  return {
    ...chooseNumbered(labels, numbers),
    space: relabel
      ? keepClasses(space, kept, name)
      : { name, classNames: space.classNames, sources: space.sources },
  };
}

/** The images whose labels have a number, in their order, with these numbers as labels. */
export function chooseNumbered(
  labels: Int32Array,
  numbers: ReadonlyMap<number, number>,
): Omit<ChosenClasses, "space"> {
  const indices = Int32Array.from(labels.keys()).filter((row) => numbers.has(labels[row]));
  return { indices, labels: indices.map((row) => numbers.get(labels[row])!) };
}
