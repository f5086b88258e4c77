/**
 * What a run comes to.
 *
 * @module
 */

import type { VoteSummary } from "../distill/mod.ts";
import type { Accuracy, Evaluation } from "../evaluation/mod.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { MetricRecord } from "../report/metrics.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";

/** One model and how it does on test images. */
export interface ModelResult {
  /** The model's name. */
  readonly name: string;
  /** What the model is: a teacher of either kind, those who vote together, or the student. */
  readonly kind: "predictive" | "descriptive" | "predictive teachers" | "student";
  /** The number of trained values. */
  readonly parameters: number;
  /** The model's accuracy; null where there are no test images, or it has no classes. */
  readonly accuracy: Accuracy | null;
  /** How a teacher who knows some classes only does on images of these; null for others, and where there are none. */
  readonly known?: KnownResult | null;
}

/** How a teacher does on images of the classes that it knows. */
export interface KnownResult {
  /** The classes that it knows, ascending. */
  readonly classes: readonly number[];
  /** The share of test images that are of these classes. */
  readonly share: number;
  /** How many of those images it names right, as a share; null where there are none. */
  readonly accuracy: number | null;
}

/** How much alike networks' features are. */
export interface Similarity {
  /** The networks: the student first, then its teachers. */
  readonly names: readonly string[];
  /** The linear CKA of each two, unbiased; null where features of one are all the same. */
  readonly values: readonly (readonly (number | null)[])[];
  /** On how many test images. */
  readonly images: number;
}

/** What a run came to. */
export interface RunResult {
  /** The fingerprint of the recipe. */
  readonly fingerprint: string;
  /** How the student does on the test images; null if there are none. */
  readonly test: Evaluation | null;
  /** How the student did on the test images before it learned, where the recipe wants that (`evaluation.before`). */
  readonly before?: Evaluation | null;
  /** How the student did on the validation images after the last epoch; null if there are none. */
  readonly validation: Readonly<Record<string, number>> | null;
  /** Teachers, those who vote together, and the student, and how they do on the test images. */
  readonly models: readonly ModelResult[];
  /** How the teachers voted in the last epoch; null where nobody counts votes. */
  readonly votes: VoteSummary | null;
  /**
   * How much alike student's and teachers' features are on test images; null where there are no such images, teachers are not
   * measured, or they cannot be compared.
   */
  readonly similarity?: Similarity | null;
  /** Teachers that failed and were left out, and why, by name. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** The trained values of the student. */
  readonly parameters: number;
  /** Steps in all. */
  readonly steps: number;
  /** How long it took, in seconds, without what was done before a break. */
  readonly seconds: number;
}

/** A run that is done. */
export interface Run extends Disposable {
  /** The student, in evaluation mode, with its view and the names of its classes. */
  readonly student: Classifier;
  /** Where everything is. */
  readonly folder: string;
  /** The recipe with all that was left out. */
  readonly recipe: ResolvedRecipe;
  /** What was recorded while it learned. */
  readonly metrics: readonly MetricRecord[];
  /** What came out. */
  readonly result: RunResult;
  /** How the student does on the test images; null if there are none. */
  readonly evaluation: Evaluation | null;
}
