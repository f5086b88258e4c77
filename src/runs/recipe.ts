/**
 * What a run is made from, as data.
 *
 * @module
 */

import type { Named } from "../base/option_parts.ts";
import type { Device } from "../torch/device.ts";
import type { DataRecipe } from "./data_recipe.ts";
import type { StudentRecipe, TeacherRecipe } from "./network_recipes.ts";

/** The data of a recipe. */
export interface DataRecipes {
  /** What the student learns from: labelled for `Supervised`, unlabelled for methods that need no labels. */
  train: DataRecipe;
  /** Few labelled images beside it, for methods that take both. */
  labelled?: DataRecipe | null;
  /** What it is measured on while it learns. */
  validation?: DataRecipe | null;
  /** What it is measured on at the end. */
  test?: DataRecipe | null;
}

/** What one stage of a method has of its own. */
export interface StageRecipe {
  /** Its optimizer; the recipe's if null. */
  optimizer?: string | Named | null;
  /** Its schedule; the recipe's if null. */
  schedule?: string | Named | null;
}

/** How the student is measured while it learns, and at the end. */
export interface EvaluationRecipe {
  /** Epochs between two evaluations. */
  every?: number;
  /** Images at once. */
  batchSize?: number;
  /** Neighbors of a k-NN on the student's features, asked beside the accuracy; null for none. */
  knn?: number | null;
  /** Whether a linear probe on its features is trained beside the accuracy. */
  probe?: boolean;
}

/** The best epoch by a metric. */
export interface BestRecipe {
  /** The metric's name: `accuracy`, `knn`, `probe` or `loss`. */
  metric?: string;
  /** Whether higher or lower values are better. */
  mode?: "max" | "min";
  /** Stops after so many evaluations without a better one; never if null. */
  patience?: number | null;
  /** By how much a value must be better to count. */
  minDelta?: number;
}

/** A moving average of the student's weights. */
export interface EmaRecipe {
  /** How much of the average stays at a step. */
  decay?: number;
  /** Whether the decay grows to this. */
  warmup?: boolean;
}

/** What teachers said, kept on disk. */
export interface StoreRecipe {
  /** The dtype of what is kept. */
  dtype?: "float16" | "float32";
  /** The store's folder; the cache's if null. */
  root?: string | null;
}

/**
 * What a run is made from. All of it is plain data, so that it can be a `.ts` file that returns it, or the same as
 * `.json`; what is left out has the defaults that `resolveRecipe` fills in.
 */
export interface Recipe {
  /** The JSON schema that editors check a `.json` recipe by; decides nothing. */
  $schema?: string | null;
  /** What the run is called. */
  name?: string;
  /** Decides weights, orders and augmentation. */
  seed?: number;
  /** What is learned from and measured on. */
  data: DataRecipes;
  /** What is done to pixels before anybody sees them, one after the other. */
  augment?: readonly (string | Named)[];
  /** How many variants of each image there are; another one in every epoch if null. */
  views?: number | null;
  /** Who is taught. */
  student: string | StudentRecipe;
  /** Who teaches. */
  teachers?: readonly TeacherRecipe<Recipe>[];
  /** How. */
  method?: string | Named;
  /** What updates weights. */
  optimizer?: string | Named;
  /** How the learning rate goes. */
  schedule?: string | Named;
  /** What stages of the method have of their own, by the names of stages. */
  stages?: Readonly<Record<string, StageRecipe>>;
  /** Passes over the data. */
  epochs: number;
  /** Images in a batch. */
  batchSize?: number;
  /** Labelled images in a batch, where there are both kinds; as many as the others if null. */
  labelledBatchSize?: number | null;
  /** How the student is measured. */
  evaluation?: EvaluationRecipe;
  /** The epoch that is kept beside the last; none if null. */
  best?: BestRecipe | null;
  /** The norm that gradients are scaled down to; off if null. */
  clipNorm?: number | null;
  /** Batches whose gradients make one step. */
  accumulate?: number;
  /** A moving average of the weights, which is measured and kept in place of them; off if null. */
  ema?: EmaRecipe | null;
  /** What the student computes in; float32 if null. */
  autocast?: "bfloat16" | "float16" | null;
  /** What the rate of each layer is multiplied by, from the head down; 1 for the same rate everywhere. */
  layerDecay?: number;
  /** Names of parts of the student that stay as they are; `*` stands for anything. */
  frozen?: readonly string[];
  /** Whether biases and norms have no weight decay. */
  noDecayOnNormAndBias?: boolean;
  /** What teachers said, kept on disk; they are asked live if null. */
  store?: StoreRecipe | null;
  /** How many teachers are in memory at once; all if null. */
  resident?: number | null;
  /** Where it runs. */
  device?: Device;
  /** Threads of one operator; as many as there are processors if null. */
  threads?: number | null;
}

/**
 * A recipe, as it is: what a `.ts` file of one exports, so that editors and TypeScript check it.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * export const digits = runs.recipe({
 *   name: "digits",
 *   data: { train: { dataset: "mnist" }, test: { dataset: "mnist", split: "test" } },
 *   student: { name: "SmallCnn", widths: [8, 16, 32] },
 *   optimizer: { name: "AdamW", lr: 3e-3 },
 *   epochs: 1,
 * });
 * ```
 */
export function recipe(recipe: Recipe): Recipe {
  return recipe;
}
