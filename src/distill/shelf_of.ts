/**
 * One teacher or several.
 *
 * @module
 */

import type { Teacher } from "../teachers/teacher.ts";
import type { Learners } from "./method.ts";

/** One teacher as the teachers of a method. */
export function shelfOf(teacher: Teacher | Learners["teachers"]): Learners["teachers"] {
  if (teacher === undefined || teacher === null) return [];
  return Array.isArray(teacher) || "ask" in teacher
    ? teacher as Learners["teachers"]
    : [teacher as Teacher];
}
