/**
 * A labelled and an unlabelled batch as one.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Teacher, TeacherOutput } from "../teachers/teacher.ts";
import { cat } from "../torch/operators.gen.ts";
import { Tensor } from "../torch/tensor.ts";
import { checkLabels } from "./checks.ts";
import { checkImages, outputsOf, refuseLabels } from "./inputs.ts";
import type { LabelledInput, UnlabelledInput } from "./step_inputs.ts";

/** Labelled images followed by unlabelled ones. */
export interface MixedBatch {
  /** All images: one pass through the student, and one set of batch statistics, for both kinds (ours). */
  images: Tensor;
  /** How many there are. */
  count: number;
  /** How many of them, the first ones, are labelled. */
  labelledCount: number;
  /** The labels of those. */
  labels: Tensor;
  /** What the teacher says about all of them. */
  output: TeacherOutput;
}

/** Checks a labelled batch; returns how many images it has. */
export function checkLabelled(method: string, input: LabelledInput): number {
  if (!(input?.labels instanceof Tensor)) {
    throw new ArgumentError(
      `The labelled images of ${method} need { images, labels }, got ${
        input === undefined ? "none" : `labels of type ${typeof input?.labels}`
      }.`,
    );
  }
  const batch = checkImages(input.images, `The labelled images of ${method}`);
  checkLabels(input.labels, batch);
  return batch;
}

/** Joins a labelled batch and, where there is one, an unlabelled batch, and asks the teacher. */
export function joinInputs(
  method: string,
  teacher: Teacher,
  labelled: LabelledInput,
  unlabelled: UnlabelledInput | undefined,
): MixedBatch {
  const labelledCount = checkLabelled(method, labelled);
  const parts: (LabelledInput | UnlabelledInput)[] = [labelled];
  let count = labelledCount;
  if (unlabelled !== undefined) {
    refuseLabels(unlabelled, method);
    count += checkImages(unlabelled.images, `The unlabelled images of ${method}`);
    parts.push(unlabelled);
  }
  const images = join(parts.map((part) => part.images));
  const known = parts.every((part) => part.teacherOutputs !== undefined);
  const outputs = known
    ? parts.map((part) => outputsOf([teacher], part)[0])
    : outputsOf([teacher], { images, raw: joinRaw(parts) });
  return {
    images,
    count,
    labelledCount,
    labels: labelled.labels,
    output: { features: join(outputs.map(({ features }) => features)) },
  };
}

/** The parts' images before they were normalized, if all have them, in one size. */
function joinRaw(parts: readonly { readonly raw?: Tensor }[]): Tensor | undefined {
  const raw = parts.map((part) => part.raw);
  return raw.every((part) => part !== undefined) ? join(raw) : undefined;
}

function join(parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : cat(parts);
}
