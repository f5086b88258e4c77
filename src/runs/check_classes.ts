/**
 * Whether labels mean the same in all that a student learns from and is measured on.
 *
 * @module
 */

import { checkSameClasses } from "../data/selection/spaces.ts";
import type { OpenedData } from "./select_data.ts";

const ADVICE =
  "Give the classes the same names in both, take out what is none of them, or keep what both have by " +
  "select: [{ classes: [...], relabel: true }].";

/**
 * Refuses data of which a label names one class here and another one there, such as domains whose folders have other names.
 * Classes that are called by their numbers say nothing.
 *
 * @param named Data by the entries of the recipe; null where there is none.
 * @throws {ArgumentError} if class names differ; the message lists which.
 */
export function checkClasses(named: Readonly<Record<string, OpenedData | null>>): void {
  const told = Object.entries(named).flatMap(([name, dataset]) =>
    dataset?.classNames === undefined || areNumbers(dataset.classNames)
      ? []
      : [{ name, classNames: dataset.classNames }]
  );
  for (const other of told.slice(1)) checkSameClasses(told[0], other, ADVICE);
}

/** Whether classes are called by their numbers. */
export function areNumbers(names: readonly string[]): boolean {
  return names.every((name, i) => name === String(i));
}
