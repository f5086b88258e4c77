/**
 * What metrics say about single teachers. The field `teachers.<name>.<what>` holds it: `teachers.ViT-S/14.agreement`.
 * A name may hold points, what is told of it may not.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

const FIELD = /^teachers\.(.+)\.([^.]+)$/s;

/**
 * The field of metrics for what is told of a teacher: `teacherField("ViT-S/14", "agreement")` is
 * `teachers.ViT-S/14.agreement`.
 *
 * @throws {ArgumentError} If the name is empty, or `what` is empty or has a point.
 */
export function teacherField(name: string, what: string): string {
  const field = `teachers.${name}.${what}`;
  if (parseTeacherField(field)?.what === what) return field;
  throw new ArgumentError(
    `Metrics: no field can be named after the teacher ${JSON.stringify(name)} and ${
      JSON.stringify(what)
    }; give a name, and a word without points such as "agreement".`,
  );
}

/** What a field of metrics is about, if it is about a teacher. */
export function parseTeacherField(field: string): { name: string; what: string } | undefined {
  const [, name, what] = FIELD.exec(field) ?? [];
  return name === undefined ? undefined : { name, what };
}
