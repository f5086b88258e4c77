/**
 * What is compared, and how settings are chosen, as data.
 *
 * @module
 */

import type { Recipe, RecipeOptions } from "./recipe.ts";
import type { SearchSpace } from "./search_space.ts";

/** One of what a study compares: entries of the recipe, such as method and optimizer, in the place of the study's own. */
export interface Variant extends Partial<Omit<Recipe, "$schema" | "name" | "title" | "seed">> {
  /** What tables call it. */
  title: string;
  /** Values to try, beside the study's. */
  search?: SearchSpace;
  /** The curve that it is a point of; none by default. */
  curve?: string;
  /** Where on the curve it is, such as the number of teachers. */
  x?: number;
}

/**
 * What several methods come to, each with the same number of trials to choose its settings by and the same seeds. It is plain
 * data in a `.ts` file, or a function that makes it for a seed.
 *
 * **Which seed decides what.** In a study that is plain data, a seed decides the student's first weights and the order in which
 * it sees images, and nothing else: data and teachers have the seeds that they name, so that what teachers say is stored once,
 * and a standard deviation is that of students. In one that is a function of the seed, whatever the function makes of the seed
 * is another one each time: teachers too, if they are to be. Tables and report say which it is.
 */
export interface Study {
  /** The study's name, and that of its folder: letters, digits, `.`, `_` and `-`. */
  name: string;
  /** What all variants have in common. */
  recipe: Recipe;
  /** What is compared; the first is what the others are tested against. */
  variants: readonly Variant[];
  /** Values that every variant tries. */
  search?: SearchSpace;
  /** How many combinations of values each variant tries, its own among them; with 1 (the default) nothing is searched. */
  trials?: number;
  /** How many seeds each is then run with, from the recipe's on; 5 by default. */
  seeds?: number;
  /** The seed of the trials, apart from the others; 1000 by default. */
  trialSeed?: number;
  /** What runs along the horizontal axis of curves: `"descriptive teachers"`. */
  x?: string;
}

/** A study, or what makes one for a seed. */
export type StudySource = Study | ((options: RecipeOptions) => Study | Promise<Study>);

/** What of a study may be said anew. */
export interface StudyChoices {
  /** In place of the study's number of trials. */
  trials?: number;
  /** In place of the study's number of seeds. */
  seeds?: number;
  /** Only these variants, by their titles or curves. */
  only?: readonly string[];
  /** Settings of the recipes of all variants, as `--set` has them. */
  set?: readonly string[];
}

/**
 * A study, as it is: what a `.ts` file of one exports, so that editors and TypeScript check it.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * export default runs.study({
 *   name: "temperatures",
 *   recipe: {
 *     data: {
 *       train: { dataset: "mnist", select: [{ take: 8000 }] },
 *       validation: { dataset: "mnist", select: [{ split: [50_000, 2000], part: 1 }] },
 *       test: { dataset: "mnist", split: "test" },
 *     },
 *     student: { name: "SmallCnn", widths: [8, 16, 32] },
 *     teachers: [{ kind: "predictive", run: "runs/teacher" }],
 *     epochs: 4,
 *     store: {},
 *   },
 *   variants: [
 *     { title: "KD", method: "KD", search: { "method.temperature": [2, 4] } },
 *     { title: "UNIFORM", method: "UNIFORM", search: { "method.beta1": [0.3, 3] } },
 *   ],
 *   search: { "optimizer.lr": [1e-3, 3e-3] },
 *   trials: 4,
 *   seeds: 3,
 * });
 * ```
 */
export function study(study: Study): Study {
  return study;
}
