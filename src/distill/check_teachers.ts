/**
 * What teachers have to be.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Teacher } from "../teachers/teacher.ts";
import type { Tensor } from "../torch/tensor.ts";

/**
 * Refuses teachers that cannot teach this student together. A student that has no names for its classes takes them from the
 * predictive teachers, if these agree.
 */
export function checkTeachers(
  method: string,
  student: Classifier,
  teachers: readonly Teacher[],
): void {
  if (!Array.isArray(teachers) || teachers.length === 0) {
    throw new ArgumentError(`${method} needs at least one teacher, got none.`);
  }
  const names = new Set<string>();
  const own = new Set(student.parameters());
  teachers.forEach((teacher, i) => {
    if (typeof teacher?.run !== "function") {
      throw new ArgumentError(
        `Teacher ${i} of ${method} is not a teacher: make it with teachers.predictive() or teachers.descriptive().`,
      );
    }
    if (names.has(teacher.name)) {
      throw new ArgumentError(`Two teachers are called "${teacher.name}": give each a name.`);
    }
    names.add(teacher.name);
    if (teacher.model?.parameters().some((parameter: Tensor) => own.has(parameter))) {
      throw new ArgumentError(
        `Teacher "${teacher.name}" shares parameters with the student: a teacher is frozen, so give it a copy.`,
      );
    }
    if (teacher.kind === "predictive" && teacher.numClasses !== student.numClasses) {
      throw new ShapeError(
        `Teacher "${teacher.name}" has ${teacher.numClasses} classes, the student ${student.numClasses}: ` +
          `a predictive teacher shares the student's label space. Make it descriptive, or change the student.`,
      );
    }
  });
  const named = teachers.flatMap((teacher: Teacher): (readonly string[])[] =>
    teacher.kind === "predictive" && teacher.classNames !== null ? [teacher.classNames] : []
  );
  const agreed = named.every((names: readonly string[]) =>
    names.every((name, i) => name === named[0][i])
  );
  if (named.length > 0 && agreed) student.classNames ??= named[0];
}
