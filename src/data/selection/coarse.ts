/**
 * Fewer classes, each of several.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { LabelSpace } from "../label_space.ts";
import { chooseNumbered, type ChosenClasses } from "./choose.ts";
import type { CoarseOptions } from "./options.ts";
import { findClasses, labelSpace } from "./spaces.ts";

/**
 * The images of the classes that are named, in their order, with the number of their group as the label.
 *
 * @param groups For each new class its name, and the labels or names of the classes that it is made of.
 * @throws {ArgumentError} If there is no such class, one is in two groups, or there are no groups.
 */
export function chooseCoarse(
  space: LabelSpace,
  labels: Int32Array,
  groups: Readonly<Record<string, readonly (number | string)[]>>,
  { name = space.name }: CoarseOptions,
): ChosenClasses {
  const names = Object.keys(groups);
  const group = new Map<number, number>();
  for (const [number, name] of names.entries()) {
    for (const label of findClasses(space, groups[name])) {
      const other = group.get(label);
      if (other !== undefined) {
        throw new ArgumentError(
          `${space.name}: the class ${space.classNames[label]} is in two groups, "${
            names[other]
          }" and "${name}"; leave it out of one.`,
        );
      }
      group.set(label, number);
    }
  }
  return { ...chooseNumbered(labels, group), space: labelSpace(name, names) };
}
