/**
 * What teachers on one shelf have to be.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { Teacher } from "./teacher.ts";

/**
 * Refuses what cannot stand on one shelf.
 *
 * @throws {ArgumentError} if something is no teacher, or two have one name.
 */
export function checkShelf(teachers: readonly Teacher[]): void {
  if (!Array.isArray(teachers)) {
    throw new ArgumentError(`A shelf is made of a list of teachers, got ${typeof teachers}.`);
  }
  const names = new Set<string>();
  teachers.forEach((teacher, i) => {
    if (!(teacher instanceof Teacher)) {
      throw new ArgumentError(
        `Teacher ${i} is not a teacher: make it with teachers.predictive() or teachers.descriptive().`,
      );
    }
    if (names.has(teacher.name)) {
      throw new ArgumentError(`Two teachers are called "${teacher.name}": give each a name.`);
    }
    names.add(teacher.name);
  });
}
