/**
 * Making sure that what a teacher says can be stored.
 *
 * @module
 */

import { ArgumentError, TrainingError } from "../../base/errors.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { TeacherOutput } from "../teacher_options.ts";
import type { EntrySizes, StoredDType } from "./types.ts";

/**
 * An output in the stored dtype on the CPU, rounded as torch does.
 *
 * @param name The teacher's name.
 * @throws {ArgumentError} if it has not the shape that was declared.
 * @throws {TrainingError} if a number is not finite, or too large for float16.
 */
export function storable(
  name: string,
  output: TeacherOutput,
  count: number,
  sizes: Omit<EntrySizes, "shardImages">,
): TeacherOutput {
  const { features, logits } = output;
  const shape = logits === undefined ? "none" : `[${logits.shape.join(", ")}]`;
  const wanted = sizes.numClasses === null ? "none" : `[${count}, ${sizes.numClasses}]`;
  // Logits of a teacher that is not said to have any are not kept.
  if (sizes.numClasses !== null && shape !== wanted) {
    throw new ArgumentError(
      `Teacher "${name}" gave logits of the shape ${shape}; its numClasses says ${wanted}.`,
    );
  }
  if (features.shape.join() !== `${count},${sizes.featureDim}`) {
    throw new ArgumentError(
      `Teacher "${name}" gave features of the shape [${
        features.shape.join(", ")
      }]; its featureDim ` +
        `says [${count}, ${sizes.featureDim}].`,
    );
  }
  return {
    features: narrowed(name, "features", features, sizes.dtype),
    ...(sizes.numClasses !== null && logits &&
      { logits: narrowed(name, "logits", logits, sizes.dtype) }),
  };
}

function narrowed(name: string, what: string, values: Tensor, dtype: StoredDType): Tensor {
  const stored = values.detach().to({ device: "cpu", dtype, copy: true });
  if (isFinite(stored)) return stored;
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
