/**
 * What other ways of storing would cost.
 *
 * @module
 */

import { shardBytes, shardPlaces } from "../../teachers/store/layout.ts";
import type { EntrySizes, StoredDType } from "../../teachers/store/types.ts";
import type { PlanChoice, PlannedTeacher, PlanWork } from "./plan_types.ts";

/** How the entry of a teacher is cut. */
type SizesOf = (
  work: Pick<PlanWork, "images" | "views" | "patches">,
  teacher: PlannedTeacher,
  dtype?: StoredDType,
) => EntrySizes;

/** Classes whose logits are counted where the recipe stores none. */
const USUAL_CLASSES = 1000;

/**
 * Other views, dtypes and parts of a row, with the rest as planned. What the store does not keep today is counted too, to see
 * what it would save; a row in int8 has a factor in float32 for each part.
 */
export function choicesOf(work: PlanWork, hours: number, sizesOf: SizesOf): PlanChoice[] {
  const { teachers, views } = work;
  const bytesWith = (
    change: Partial<PlanWork>,
    of: (teacher: PlannedTeacher) => PlannedTeacher = (teacher) => teacher,
  ): number => {
    const changed = { ...work, ...change };
    return teachers.reduce((sum, teacher) => {
      const sizes = sizesOf(changed, of(teacher), changed.dtype);
      return sum + shardBytes(sizes, shardPlaces(sizes));
    }, 0);
  };
  const offered = { hours, offered: true };
  const numbers = (teacher: PlannedTeacher): number =>
    teacher.featureDim + (teacher.numClasses ?? 0) +
    (work.patches && teacher.patches ? teacher.patches.reduce((a, b) => a * b) : 0);
  const parts = (teacher: PlannedTeacher): number =>
    1 + Number(teacher.numClasses !== null) + Number(work.patches && teacher.patches !== null);
  const int8 = teachers.reduce((sum, one) => sum + numbers(one) + 4 * parts(one), 0);
  return [
    ...[1, 2, 4, 8].map((count): PlanChoice => ({
      title: count === 1 ? "1 view" : `${count} views`,
      bytes: bytesWith({ views: count }),
      hours: hours * count / views,
      offered: true,
    })),
    { title: "float32", bytes: bytesWith({ dtype: "float32" }), ...offered },
    { title: "float16", bytes: bytesWith({ dtype: "float16" }), ...offered },
    { title: "int8", bytes: int8 * work.images * views, hours, offered: false },
    {
      title: "features only",
      bytes: bytesWith({ patches: false }, (one) => ({ ...one, numClasses: null })),
      ...offered,
    },
    {
      title: `features and logits of ${classesOf(work)} classes`,
      bytes: bytesWith({ patches: false }, (one) => ({ ...one, numClasses: classesOf(work) })),
      ...offered,
    },
    {
      title: `logits of ${classesOf(work)} classes only`,
      bytes: bytesWith({ patches: false }, (one) => ({
        ...one,
        featureDim: classesOf(work),
        numClasses: null,
      })),
      hours,
      offered: false,
    },
    { title: "with patches", bytes: bytesWith({ patches: true }), ...offered },
  ];
}

function classesOf({ teachers }: PlanWork): number {
  return teachers.find(({ numClasses }) => numClasses !== null)?.numClasses ?? USUAL_CLASSES;
}
