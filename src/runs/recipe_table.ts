/**
 * The declaration of recipes: what a run may be made from, with defaults, checks and help.
 *
 * @module
 */

import { byName, list, type Named, named, nullable, table } from "../base/option_parts.ts";
import { shared } from "../base/option_variants.ts";
import { choice, flag, number, text, whole } from "../base/option_values.ts";
import {
  type AnyTable,
  type JsonSchema,
  type Option,
  type OptionTable,
  readTable,
  type Resolved,
  schemaOf,
} from "../base/options.ts";
import { TRANSFORMS } from "../data/transforms/by_name.ts";
import { OPTIMIZERS, SCHEDULES } from "../optim/by_name.ts";
import type { Device } from "../torch/device.ts";
import { DATA, PART, SELECTION } from "./data_recipe.ts";
import { METHODS } from "./methods.ts";
import {
  STUDENT,
  type StudentRecipe,
  type TeacherRecipe,
  teachersOption,
} from "./network_recipes.ts";
import type {
  BestRecipe,
  DataRecipes,
  EmaRecipe,
  EvaluationRecipe,
  Recipe,
  StageRecipe,
  StoreRecipe,
} from "./recipe.ts";

/** A recipe with all that was left out filled in: the same for all that give the same run. */
export interface ResolvedRecipe extends
  Omit<
    Resolved<Recipe>,
    "student" | "method" | "optimizer" | "schedule" | "augment" | "stages" | "teachers"
  > {
  /** The data. */
  readonly data: Resolved<DataRecipes>;
  /** The student. */
  readonly student: StudentRecipe;
  /** Who teaches. */
  readonly teachers: readonly TeacherRecipe<ResolvedRecipe>[];
  /** The method with its options. */
  readonly method: Named;
  /** The optimizer with its options. */
  readonly optimizer: Named;
  /** The schedule with its options. */
  readonly schedule: Named;
  /** The transforms with their options. */
  readonly augment: readonly Named[];
  /** What stages have of their own. */
  readonly stages: Readonly<Record<string, { optimizer: Named | null; schedule: Named | null }>>;
  /** How the student is measured. */
  readonly evaluation: Resolved<EvaluationRecipe>;
  /** The epoch that is kept beside the last. */
  readonly best: Resolved<BestRecipe> | null;
  /** The average of the weights. */
  readonly ema: Resolved<EmaRecipe> | null;
  /** What is kept of teachers. */
  readonly store: Resolved<StoreRecipe> | null;
}

const tablesOf = (named: Readonly<Record<string, { readonly options: AnyTable }>>) =>
  Object.fromEntries(Object.entries(named).map(([name, { options }]) => [name, options]));

/** Schedules, of which the number of all steps is filled in by the run. */
const SCHEDULE_TABLES = Object.fromEntries(
  Object.entries(SCHEDULES).map(([name, { options, total }]): [string, AnyTable] => {
    if (total === undefined) return [name, options];
    const steps = nullable(options[total], {
      help: `${options[total].help}; those of the run if null`,
    });
    return [name, { ...options, [total]: steps }];
  }),
);

const OPTIMIZER = named(tablesOf(OPTIMIZERS), {
  what: "optimizer",
  default: "AdamW",
  help: "what updates weights",
});
const SCHEDULE = named(SCHEDULE_TABLES, {
  what: "schedule",
  default: "Constant",
  help: "how the learning rate goes",
});

const ONE = shared(DATA, "data");
const DATA_TABLE: OptionTable<DataRecipes> = {
  train: ONE,
  labelled: nullable(ONE, { help: "few labelled images, for methods that take both kinds" }),
  validation: nullable(ONE, { help: "what the student is measured on while it learns" }),
  test: nullable(ONE, { help: "what the student is measured on at the end" }),
};

const EVALUATION: OptionTable<EvaluationRecipe> = {
  every: whole({ default: 1, min: 1, help: "epochs between two evaluations" }),
  batchSize: whole({ default: 256, min: 1, help: "images at once" }),
  knn: nullable(whole({ min: 1, help: "neighbors of a k-NN on the student's features" })),
  probe: flag({ default: false, help: "whether a linear probe is trained on its features" }),
};

const BEST: OptionTable<BestRecipe> = {
  metric: text({ default: "accuracy", help: "the metric: accuracy, knn, probe or loss" }),
  mode: choice(["max", "min"], { default: "max", help: "whether higher or lower is better" }),
  patience: nullable(
    whole({ min: 1, help: "stops after so many evaluations without a better one" }),
  ),
  minDelta: number({ default: 0, min: 0, help: "by how much a value must be better" }),
};

const EMA: OptionTable<EmaRecipe> = {
  decay: number({
    default: 0.999,
    min: 0,
    max: 1,
    help: "how much of the average stays at a step",
  }),
  warmup: flag({ default: false, help: "whether the decay grows to this" }),
};

const STORE: OptionTable<StoreRecipe> = {
  dtype: choice(["float16", "float32"], { default: "float16", help: "the dtype of what is kept" }),
  root: nullable(text({ help: "the store's folder; the cache's if null" })),
};

const STAGE: OptionTable<StageRecipe> = {
  optimizer: nullable(shared(OPTIMIZER, "optimizer"), {
    help: "its optimizer; the recipe's if null",
  }),
  schedule: nullable(shared(SCHEDULE, "schedule"), {
    help: "its schedule; the recipe's if null",
  }),
};

const own = (): Option<ResolvedRecipe> => RECIPE;

/** The declaration of {@linkcode Recipe}. */
export const RECIPE_TABLE: OptionTable<Recipe> = {
  $schema: nullable(text({ help: "the schema that editors check the recipe by; decides nothing" })),
  name: text({
    default: "run",
    pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]*$/,
    wants: 'a name of letters, digits, ".", "_" and "-"',
    help: "what the run is called",
  }),
  seed: whole({ default: 0, min: 0, help: "decides weights, orders and augmentation" }),
  data: table(DATA_TABLE, { help: "what is learned from and measured on" }),
  augment: list(named(tablesOf(TRANSFORMS), { what: "transform" }), {
    default: [],
    help: "what is done to pixels before anybody sees them",
  }),
  views: nullable(
    whole({ min: 1, help: "variants of each image; another in every epoch if null" }),
  ),
  student: STUDENT,
  teachers: teachersOption(own),
  method: named(tablesOf(METHODS), {
    what: "method",
    default: "Supervised",
    help: "how the student is taught",
  }),
  optimizer: shared(OPTIMIZER, "optimizer"),
  schedule: shared(SCHEDULE, "schedule"),
  stages: byName(table(STAGE, {}), {
    default: {},
    help: "what stages of the method have of their own",
  }),
  epochs: whole({ min: 1, help: "passes over the data" }),
  batchSize: whole({ default: 64, min: 1, help: "images in a batch" }),
  labelledBatchSize: nullable(
    whole({ min: 1, help: "labelled images in a batch of both; as many as the others if null" }),
  ),
  evaluation: table(EVALUATION, { default: {}, help: "how the student is measured" }),
  best: nullable(table(BEST, { help: "the epoch that is kept beside the last; none if null" })),
  clipNorm: nullable(number({ above: 0, help: "the norm that gradients are scaled down to" })),
  accumulate: whole({ default: 1, min: 1, help: "batches whose gradients make one step" }),
  ema: nullable(table(EMA, { help: "a moving average of the weights" })),
  autocast: nullable(choice(["bfloat16", "float16"], { help: "what the student computes in" })),
  layerDecay: number({
    default: 1,
    above: 0,
    max: 1,
    help: "the rate of a layer by that above it",
  }),
  frozen: list(text({}), {
    default: [],
    help: "names of parts of the student that stay as they are",
  }),
  noDecayOnNormAndBias: flag({
    default: false,
    help: "whether biases and norms have no weight decay",
  }),
  store: nullable(table(STORE, { help: "what teachers said, kept on disk; asked live if null" })),
  resident: nullable(
    whole({ min: 1, help: "how many teachers are in memory at once; all if null" }),
  ),
  device: text({
    default: "cpu",
    pattern: /^(cpu|cuda|mps|xpu)(:\d+)?$/,
    wants: 'a device such as "cpu" or "cuda:0"',
    help: "where it runs",
  }) as Option<Device>,
  threads: nullable(whole({ min: 1, help: "threads of one operator; all processors' if null" })),
};

const RECIPE: Option<ResolvedRecipe> = {
  help: "a recipe",
  default: undefined,
  wants: "a recipe",
  schema: { $ref: "#" },
  read: (value, at) => readTable(RECIPE_TABLE, value, at) as unknown as ResolvedRecipe,
};

/**
 * A recipe with all that was left out filled in: canonical, as plain data, so that its fingerprint stands for the run.
 *
 * @throws {ArgumentError} if there is no such entry, or one cannot be used; the message begins with its path, such as
 * `method.beta1`, and names the nearest one that there is.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const resolved = runs.resolveRecipe({
 *   data: { train: { dataset: "mnist" } },
 *   student: "SmallCnn",
 *   epochs: 1,
 * });
 * console.log(resolved.optimizer); // { name: "AdamW", lr: 0.001, … }
 * ```
 */
export function resolveRecipe(recipe: Recipe): ResolvedRecipe {
  return RECIPE.read(recipe, "");
}

/** The JSON schema (2020-12) of recipes, for editors. */
export function recipeSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A recipe of apprentice",
    ...schemaOf(RECIPE_TABLE),
    $defs: {
      data: DATA.schema,
      selection: SELECTION.schema,
      part: PART.schema,
      optimizer: OPTIMIZER.schema,
      schedule: SCHEDULE.schema,
    },
  };
}
