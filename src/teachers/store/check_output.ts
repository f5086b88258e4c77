/**
 * Making sure that what a teacher says can be stored.
 *
 * @module
 */

import { ArgumentError, TrainingError } from "../../base/errors.ts";
import { knownColumns } from "../../data/known_columns.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { TeacherOutput } from "../teacher_options.ts";
import { outputOf, rowParts } from "./row_parts.ts";
import type { EntrySizes, StorableTeacher, StoredDType } from "./types.ts";

/**
 * An output in the stored dtype on the CPU, rounded as torch does.
 *
 * @throws {ArgumentError} if it has not the shape that was declared.
 * @throws {TrainingError} if a number is not finite, except at classes that the teacher does not know, or too large for
 * float16.
 */
export function storable(
  { name, labelMap }: Pick<StorableTeacher, "name" | "labelMap">,
  output: TeacherOutput,
  count: number,
  sizes: Omit<EntrySizes, "shardImages">,
): TeacherOutput {
  // Logits of a teacher that is not said to have any are not kept.
  return outputOf(rowParts(sizes), ({ name: part, shape }) => {
    const values = output[part];
    const is = values === undefined ? "none" : `[${values.shape.join(", ")}]`;
    const wanted = `[${[count, ...shape].join(", ")}]`;
    if (values !== undefined && is === wanted) {
      const known = part === "logits" ? labelMap?.known ?? null : null;
      return narrowed(name, part, values, sizes.dtype, known);
    }
    throw new ArgumentError(
      `Teacher "${name}" gave ${part} of the shape ${is}; ${SAYS[part]} ${wanted}.`,
    );
  });
}

/** Who says which shape a part has. */
const SAYS: Readonly<Record<keyof TeacherOutput, string>> = {
  features: "its featureDim says",
  logits: "its numClasses says",
  patches: "those of the first image say",
};

function narrowed(
  name: string,
  what: string,
  all: Tensor,
  dtype: StoredDType,
  known: readonly number[] | null,
): Tensor {
  const stored = all.detach().to({ device: "cpu", dtype, copy: true });
  if (isFinite(knownColumns(stored, known))) return stored;
  const values = knownColumns(all, known);
  if (isFinite(values)) {
    throw new TrainingError(
      `The ${what} of teacher "${name}" reach ${values.abs().max().item()}, and float16 ends at 65504. ` +
        'Store them as "float32".',
    );
  }
  throw new TrainingError(
    `The ${what} of teacher "${name}" are not finite (NaN or infinity). Look at the teacher's weights and at the view ` +
      "that it has of its images, or leave the teacher out.",
  );
}

function isFinite(values: Tensor): boolean {
  return Boolean(values.isfinite().all().item());
}
