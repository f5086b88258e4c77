/**
 * Teachers of classifiers that are loaded when they are needed.
 *
 * @module
 */

import type { View } from "../data/view.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { DType } from "../torch/dtype.ts";
import { descriptive } from "./descriptive.ts";
import type { LabelOptions } from "./label_options.ts";
import { predictive } from "./predictive.ts";
import { seeClassifier, seeModel } from "./see_model.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherFacts } from "./teacher_options.ts";
import type { OnDemand } from "./weights.ts";

/** What a teacher of such a classifier is. */
export interface OnDemandOptions {
  /** The teacher's name. */
  readonly name: string;
  /** Whether the teacher votes on classes. */
  readonly kind: "predictive" | "descriptive";
  /** What the teacher wants of pixels. */
  readonly view: View | undefined;
  /** What the teacher computes in. */
  readonly dtype: DType;
  /** The width of its features. */
  readonly featureDim: number;
  /** The number of channels of its patches; null if it has none. */
  readonly patchDim: number | null;
  /** The number of classes that its head has. */
  readonly numClasses: number;
  /** Which of the student's classes these are. */
  readonly labels?: LabelOptions;
  /** The names of its own classes. */
  readonly classNames?: readonly string[];
  /** What is known of where it comes from. */
  readonly facts: TeacherFacts;
}

/** A teacher that gives features, and the logits of the head where it votes. */
export function teacherOnDemand(
  weights: OnDemand<Classifier>,
  { kind, dtype, numClasses, labels, classNames, ...common }: OnDemandOptions,
): Teacher {
  if (kind === "descriptive") {
    return descriptive({
      ...common,
      weights,
      features: (images, asked) => seeModel(weights.get(), images.to(dtype), asked),
    });
  }
  return predictive({
    ...common,
    ...labels,
    weights,
    numClasses,
    classNames,
    run: (images, asked) => seeClassifier(weights.get(), images.to(dtype), asked),
  });
}
