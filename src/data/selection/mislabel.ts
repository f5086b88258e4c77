/**
 * Wrong labels, on purpose: a teacher that learned them contradicts the others.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { LabelSpace } from "../label_space.ts";
import { RandomSequence } from "../philox.ts";
import { SELECTION } from "../random_purposes.ts";
import { inOrder, selectionOrder } from "../shuffle.ts";
import type { ChosenClasses } from "./choose.ts";
import type { MislabelOptions } from "./options.ts";

/**
 * All images, a share of them with the label of another class of the space.
 *
 * @param share From 0 to 1; the number of images is rounded.
 * @throws {ArgumentError} If the share is none, or there is no other class.
 */
export function mislabel(
  space: LabelSpace,
  labels: Int32Array,
  share: number,
  { seed = 0, to = "random" }: MislabelOptions,
): ChosenClasses {
  const { name, classNames, sources } = space;
  if (!(share >= 0 && share <= 1)) {
    throw new ArgumentError(
      `${name}: the share of wrong labels is from 0 to 1, such as 0.4 for 40 %, got ${share}.`,
    );
  }
  const classes = classNames.length;
  if (share > 0 && classes < 2) {
    throw new ArgumentError(
      `${name}: there is one class, ${classNames[0]}, so that no label can be wrong.`,
    );
  }
  const random = new RandomSequence(seed, SELECTION, 1);
  const wrong = Int32Array.from(labels);
  for (const row of selectionOrder(labels.length, seed).subarray(0, share * labels.length + 0.5)) {
    const step = to === "next" ? 1 : 1 + random.below(classes - 1);
    wrong[row] = (labels[row] + step) % classes;
  }
  return { indices: inOrder(labels.length), labels: wrong, space: { name, classNames, sources } };
}
