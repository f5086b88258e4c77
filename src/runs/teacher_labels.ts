/**
 * Which of the student's classes the teachers of a recipe vote on.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { byName, either, list, nullable } from "../base/option_parts.ts";
import { choice, text, whole } from "../base/option_values.ts";
import type { AnyTable } from "../base/options.ts";
import type { LabelOptions } from "../teachers/label_options.ts";

/** What a teacher in a recipe has of its classes. Those that have names are found by name among the student's. */
export interface TeacherLabels {
  /** For each of the teacher's classes, in its order, the student's: its number, its name, or null for none. */
  readonly classes?: readonly (number | string | null)[] | null;
  /** What the student calls classes of the teacher that have another name; null for one that the student does not have. */
  readonly rename?: Readonly<Record<string, string | null>> | null;
  /** What becomes of other classes that the student does not have: an error that lists them, or nothing. */
  readonly others?: "refuse" | "drop";
}

const one = either<[number, string]>([whole({ min: 0 }), text({})], {});

/** The declaration of {@linkcode TeacherLabels}. */
export const LABEL_OPTIONS: AnyTable = {
  classes: nullable(
    list(nullable(one), { help: "for each of its classes the student's; by name if null" }),
  ),
  rename: nullable(
    byName(nullable(text({})), { help: "what the student calls its classes; null for none" }),
  ),
  others: choice(["refuse", "drop"], {
    default: "refuse",
    help: "what becomes of classes that the student does not have",
  }),
};

/**
 * How a teacher is told which of the student's classes it knows.
 *
 * @param space The student's classes, by name, or how many there are.
 * @param at The teacher's place in the recipe.
 * @throws {ArgumentError} if it is told so and does not vote, or by names that nobody knows.
 */
export function labelsIn(
  { kind, classes, rename, others }: TeacherLabels & { readonly kind?: string },
  space: readonly string[] | number | undefined,
  at: string,
): LabelOptions {
  const drops = others === "drop";
  const told = classes ? "classes" : rename ? "rename" : drops ? "others" : null;
  if (kind !== "predictive") {
    if (told === null) return {};
    throw new ArgumentError(
      `${at}.${told} is for teachers that vote on the student's classes: give kind "predictive", or leave it out.`,
    );
  }
  const needsNames = rename !== null && rename !== undefined || drops;
  if (needsNames && typeof space !== "object") {
    throw new ArgumentError(
      `${at}.${
        rename ? "rename" : "others"
      } is about names, and the student's classes have none: give labelled images ` +
        `(data.labelled, data.validation or data.test), or classes by number.`,
    );
  }
  return {
    ...(space !== undefined && { labelSpace: space }),
    ...(classes && { classes: classes as LabelOptions["classes"] }),
    ...(rename && { renameClasses: rename }),
    ...(drops && { otherClasses: "drop" }),
  };
}
