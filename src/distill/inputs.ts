/**
 * What a step is given: images, with or without labels, and the teachers' outputs for them.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import type { Teacher, TeacherOutput } from "../teachers/teacher.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import { Tensor } from "../torch/tensor.ts";
import { checkDevice } from "./checks.ts";
import type { UnlabelledInput } from "./step_inputs.ts";

/** Refuses an input that has labels, for callers whose types do not. */
export function refuseLabels(input: UnlabelledInput, method: string): void {
  if (input !== null && typeof input === "object" && "labels" in input) {
    throw new ArgumentError(
      `${method} takes images without labels here, and got an input that carries "labels". ` +
        `Give { images }, for example from ImageDataset.unlabelled().`,
    );
  }
}

/** Refuses what is not at least one image; returns how many there are. */
export function checkImages(images: Tensor, what: string): number {
  if (!(images instanceof Tensor)) {
    throw new ArgumentError(`${what} must be a tensor (B, C, H, W), got ${typeof images}.`);
  }
  const shape = images.shape;
  if (shape.length < 2 || shape[0] < 1) {
    throw new ShapeError(
      `${what} must be at least one image, (B, C, H, W), got shape [${shape.join(", ")}].`,
    );
  }
  return shape[0];
}

/** What each teacher says about the images: as given with them, or asked for now. */
export function outputsOf(
  teachers: readonly Teacher[],
  input: Pick<UnlabelledInput, "images" | "raw" | "teacherOutputs">,
): TeacherOutput[] {
  const { images, raw, teacherOutputs } = input;
  if (teacherOutputs === undefined) {
    return teachers.map((teacher) =>
      widened(teacher.run(raw !== undefined && teacher.takesRaw ? raw : images))
    );
  }
  if (teacherOutputs.length !== teachers.length) {
    throw new ArgumentError(
      `There are ${teachers.length} teachers, and teacherOutputs has ${teacherOutputs.length} entries. ` +
        `Give one for each teacher, in their order.`,
    );
  }
  const batch = images.shape[0];
  return teachers.map((teacher, i) => {
    const output = teacherOutputs[i];
    check(output?.features, "features", teacher, batch, teacher.featureDim, images);
    if (teacher.kind === "predictive") {
      check(output.logits, "logits", teacher, batch, teacher.numClasses, images);
    }
    return widened(output);
  });
}

function check(
  part: Tensor | undefined,
  what: string,
  teacher: Teacher,
  batch: number,
  width: number,
  images: Tensor,
): void {
  const name = `the ${what} of teacher "${teacher.name}"`;
  if (!(part instanceof Tensor)) {
    throw new ArgumentError(
      `A tensor is needed for ${name} in teacherOutputs, got ${typeof part}.`,
    );
  }
  const shape = part.shape;
  if (shape.length !== 2 || shape[0] !== batch || shape[1] !== width) {
    throw new ShapeError(
      `The shape of ${name} in teacherOutputs is [${
        shape.join(", ")
      }]; for these images it must be [${batch}, ${width}].`,
    );
  }
  if (!isFloatingPoint(part.dtype)) {
    throw new DTypeError(`Floating-point numbers are needed for ${name}, got ${part.dtype}.`);
  }
  checkDevice(part, name, images, "the images");
}

/** Half-precision outputs as float32, which encoders and losses compute in. */
function widened(output: TeacherOutput): TeacherOutput {
  const { features, logits } = output;
  return { features: wide(features), ...(logits && { logits: wide(logits) }) };
}

/** Half-precision numbers, such as autocast makes, as float32, or as float64 beside such; others as they are. */
export function wide(part: Tensor, beside?: Tensor): Tensor {
  const dtype = part.dtype;
  if (dtype !== "float16" && dtype !== "bfloat16") return part;
  return part.to(beside?.dtype === "float64" ? "float64" : "float32");
}
