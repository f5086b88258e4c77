/**
 * What all teachers share.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";
import type { DescriptiveTeacher } from "./descriptive.ts";
import type { PredictiveTeacher } from "./predictive.ts";
import type { Preprocessing } from "./preprocessing.ts";
import type { Weights } from "./weights.ts";

/** Anything that can teach: tell the two apart by `kind`. */
export type Teacher = PredictiveTeacher | DescriptiveTeacher;

/** What a teacher says about a batch of images. */
export interface TeacherOutput {
  /** Its features (B, featureDim). */
  features: Tensor;
  /** Its logits in the student's label space (B, numClasses); predictive teachers only. */
  logits?: Tensor;
}

/** What is known of where a teacher comes from. */
export interface TeacherFacts {
  /** The file, folder or repository. */
  readonly source?: string;
  /** The architecture's name, or the kind of file that is one by itself. */
  readonly architecture?: string;
  /** How many trained values it has, those of its classifier left out if that is not used. */
  readonly parameters?: number;
  /** The number of classes it was published with. */
  readonly numClasses?: number;
  /** The names of its own classes. */
  readonly classNames?: readonly string[];
}

/** Options of every teacher. */
export interface TeacherOptions {
  /** What it is called in messages and reports; unique among the teachers of one student. */
  name: string;
  /**
   * What this teacher wants of its images. Settings: it is given raw images, and resizes and normalizes them
   * itself. A function: it is given the student's images, and the function makes of them what it wants, without
   * recording gradients, in a scope. Absent: it looks at the student's images as they are.
   */
  preprocess?: Preprocessing | ((images: Tensor) => Tensor);
  /** Where what it runs is loaded from, if that can be released and loaded again. */
  weights?: Weights;
  /** What is known of where it comes from. */
  facts?: TeacherFacts;
}
