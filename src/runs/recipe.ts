/**
 * What a run is made from, as data.
 *
 * @module
 */

import type { Named } from "../base/option_parts.ts";
import type { EmbeddingMethod } from "../evaluation/embed_options.ts";
import type { EmaOptions } from "../optim/ema_options.ts";
import type { ParamGroupsOptions } from "../optim/model_groups.ts";
import type { Device } from "../torch/device.ts";
import type { BestOptions } from "../train/best.ts";
import type { DataRecipe } from "./data_recipe.ts";
import type { StudentRecipe, TeacherRecipe } from "./network_recipes.ts";

/** The data of a recipe. */
export interface DataRecipes {
  /** What the student learns from: labelled for `Supervised`, unlabelled for methods that need no labels. */
  train: DataRecipe;
  /** Few labelled images beside it, for methods that take both. */
  labelled?: DataRecipe | null;
  /** The labelled images that measure the student while it learns. */
  validation?: DataRecipe | null;
  /** Labelled images that a k-NN or a probe of the student knows; `labelled`, or those of `train`, if null. */
  known?: DataRecipe | null;
  /** The labelled images that measure the student at the end. */
  test?: DataRecipe | null;
}

/** What one stage of a method has of its own. */
export interface StageRecipe {
  /** The stage's optimizer; the recipe's if null. */
  optimizer?: string | Named | null;
  /** The stage's schedule; the recipe's if null. */
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
  /**
   * Whether the student is measured on the test images before it learns too: what its weights know. Decides nothing of the
   * student.
   */
  before?: boolean;
  /** Whether the teachers are measured on the test images too, alone and together; decides nothing of the student. */
  teachers?: boolean;
  /**
   * The penalty of a linear classifier that shows at the end what is in the features of teachers that do not vote, trained on
   * the labelled images; none if null.
   */
  probeTeachers?: number | null;
  /**
   * How the picture of the student's features in the report is made, of 400 test images at most; none if null. t-SNE and UMAP
   * load a package from npm the first time. Decides nothing of the student.
   */
  embedding?: EmbeddingMethod | null;
  /**
   * Whether the report says how much alike student's and teachers' features are (CKA on 256 test images at most); where
   * teachers are measured, if null. Studies measure theirs once, so that their runs ask no teacher unless this is true.
   * Decides nothing of the student.
   */
  similarity?: boolean | null;
}

/** Learning rates and weight decay by layer or name, and parts of the student that stay as they are. */
export type GroupsRecipe = Omit<ParamGroupsOptions, "baseLr" | "weightDecay">;

/** What teachers said, kept on disk. */
export interface StoreRecipe {
  /**
   * Whether teachers are asked about the images as they are, while the student sees them augmented: one variant is stored,
   * whatever the augmentation. Of photographs of which the student sees a random part it is the middle. By default teachers
   * see what the student sees.
   */
  plain?: boolean;
  /** The dtype of what is kept. */
  dtype?: "float16" | "float32";
  /**
   * Whether teachers' patches are kept too, for methods that ask for them: they are large. By default a teacher whose patches
   * are wanted is asked in every epoch.
   */
  patches?: boolean;
  /** Images that teachers are asked about at once: few are fastest for large images, whose maps stay in the processor's cache. */
  batchSize?: number;
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
  /** What tables call its student; decides nothing. */
  title?: string | null;
  /** Decides weights, orders and augmentation. */
  seed?: number;
  /** What is learned from and measured on. */
  data: DataRecipes;
  /** What is done to pixels before anybody sees them, one after the other. */
  augment?: readonly (string | Named)[];
  /**
   * What is done after that to the images of `data.train` that the student sees; teachers see them without it (weak and strong
   * augmentation).
   */
  strongAugment?: readonly (string | Named)[];
  /** How many variants of each image there are; another one in every epoch if null. */
  views?: number | null;
  /** Who is taught. */
  student: string | StudentRecipe<Recipe>;
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
  /** Whether a last batch that is smaller is left out. */
  dropLast?: boolean;
  /** Labelled images in a batch, where there are both kinds; as many as the others if null. */
  labelledBatchSize?: number | null;
  /** How the student is measured. */
  evaluation?: EvaluationRecipe;
  /** The epoch that is kept beside the last; none if null. */
  best?: Partial<BestOptions> | null;
  /** The norm that gradients are scaled down to; off if null. */
  clipNorm?: number | null;
  /** Batches whose gradients make one step. */
  accumulate?: number;
  /** A moving average of the weights, which is measured and kept in place of them; off if null. */
  ema?: EmaOptions | null;
  /** What the student computes in; float32 if null. */
  autocast?: "bfloat16" | "float16" | null;
  /** Learning rates and weight decay by layer or name, and parts that stay; the same for all if null. */
  groups?: GroupsRecipe | null;
  /** What teachers said, kept on disk; they are asked live if null. */
  store?: StoreRecipe | null;
  /** How many teachers are in memory at once; all if null. */
  resident?: number | null;
  /** What a teacher does that fails or gives NaN: ends the run, or is left out from there on. */
  onTeacherFailure?: "throw" | "leaveOut";
  /** The device that the student learns on. */
  device?: Device;
  /**
   * How the networks' weights and images lie in memory; if null, `"channelsLast"` on a card with `autocast`, `"contiguous"`
   * otherwise.
   */
  memoryFormat?: "contiguous" | "channelsLast" | null;
  /**
   * Whether a card is given a whole step at once, as a graph that is recorded in the first steps: for small networks, whose
   * operators take longer to ask for than to compute. What cannot be recorded is computed as ever, with a line that says why.
   */
  capture?: boolean;
  /** Threads of one operator; as many as there are processors if null. */
  threads?: number | null;
}

/** What a recipe that is a function is told. */
export interface RecipeOptions {
  /** The seed that is wanted: all that is random about data, teachers and student should depend on it. */
  readonly seed: number;
}

/** A recipe, or what makes one for a seed. */
export type RecipeSource = Recipe | ((options: RecipeOptions) => Recipe | Promise<Recipe>);

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
