/**
 * What is in the features of a teacher that does not vote.
 *
 * @module
 */

import type { Dataset, LabelledBatch } from "../data/mod.ts";
import {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  featuresOf,
  linearProbe,
} from "../evaluation/mod.ts";
import type { Teacher } from "../teachers/teacher.ts";

/**
 * How a linear classifier on a teacher's features does, trained on labelled images.
 *
 * @param l2 Its penalty.
 */
export async function probeTeacher(
  teacher: Teacher,
  labelled: Dataset<LabelledBatch>,
  test: Dataset<LabelledBatch> & { readonly numClasses?: number },
  l2: number,
  options: EvaluateOptions,
): Promise<Evaluation> {
  using known = await featuresOf((pixels) => teacher.run(pixels).features, labelled, options);
  const { numClasses } = test;
  using probe = linearProbe(known, { l2, numClasses, standardize: false });
  return await evaluate((pixels) => probe.forward(teacher.run(pixels).features), test, options);
}
