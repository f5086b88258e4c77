/**
 * Terms of one teacher, for several.
 *
 * @module
 */

import { teacherField } from "../report/teacher_fields.ts";
import type { Opinions } from "../teachers/opinions.ts";
import type { TeacherOutput } from "../teachers/teacher_options.ts";
import { stack } from "../torch/operators.gen.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { Terms } from "./terms.ts";

/**
 * The mean of a term over the teachers that were heard: how methods whose papers have one teacher learn from several
 * (ours). One teacher's is the paper's; where there are several, each one's is noted as `teachers.<name>.<what>`.
 *
 * @param term One teacher's term, of one element; it is given what the teacher says, and its name.
 */
export function meanOverTeachers(
  opinions: Opinions,
  terms: Terms,
  what: string,
  term: (output: TeacherOutput, name: string) => Tensor,
): Tensor {
  const { names } = opinions;
  const parts = names.map((name) => term(opinions.of(name), name));
  if (parts.length === 1) return parts[0];
  const each = stack(parts);
  noteTeachers(terms, what, names, each);
  return each.mean();
}

/**
 * Notes what each of n teachers contributes to a term, as `teachers.<name>.<what>`.
 *
 * @param each One number for each of the names (n).
 */
export function noteTeachers(
  terms: Terms,
  what: string,
  names: readonly string[],
  each: Tensor,
): void {
  const parts = each.detach().unbind(0);
  for (const [i, name] of names.entries()) terms.note(teacherField(name, what), parts[i]);
}
